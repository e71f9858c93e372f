#![doc = "Reads receipts on this machine."]
