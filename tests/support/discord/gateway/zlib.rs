//! zlib without compression: stored blocks. Valid zlib, which is all that the receiver asks for.

/// The data as one zlib stream.
pub(super) fn stored(data: &[u8]) -> Vec<u8> {
    const MOST: usize = 0xffff;
    let mut stream = vec![0x78, 0x01];
    let count = data.len().div_ceil(MOST).max(1);
    for number in 0..count {
        let block = &data[number * MOST..data.len().min((number + 1) * MOST)];
        let length = u16::try_from(block.len()).expect("a block of that size");
        stream.push(u8::from(number + 1 == count));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    stream.extend(adler32(data).to_be_bytes());
    stream
}

fn adler32(data: &[u8]) -> u32 {
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in data {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    b << 16 | a
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_and_the_blocks_are_those_of_the_format() {
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
        assert_eq!(stored(b"a"), [0x78, 0x01, 1, 1, 0, 0xfe, 0xff, b'a', 0, 0x62, 0, 0x62]);
        let long = stored(&[7; 0x1_0001]);
        assert_eq!(long.len(), 2 + 5 + 0xffff + 5 + 2 + 4);
        assert_eq!((long[2], long[7 + 0xffff]), (0, 1), "the last block says that it is the last");
    }
}
