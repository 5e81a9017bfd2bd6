//! Chance that is the same for the same seed.

/// A source of numbers (xorshift).
pub struct Chance(u64);

impl Chance {
    /// The source of that seed, which is printed: a failing test says how to tell the same again.
    pub fn of(seed: u64) -> Self {
        eprintln!("chaos with the seed {seed}");
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// A number below `most`.
    pub fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % most
    }

    /// One of them.
    pub fn of_all<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}
