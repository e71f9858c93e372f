//! Builds again when a migration is added: the list of them is compiled in.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
