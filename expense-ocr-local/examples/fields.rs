fn main(){ for f in std::env::args().skip(1){ print!("{f}: "); expense_ocr_local::dev::fields(&std::fs::read_to_string(&f).unwrap()); } }
