//! The `sublet` program.

fn main() {}
