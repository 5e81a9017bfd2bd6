//! Which addresses environments reach and are reached from: what is allowed, without what never is.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// A range, and the parts of it that are left out. Every part lies inside the range and is smaller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The range.
    pub range: IpNet,
    /// What is left out of it.
    pub except: Vec<IpNet>,
}

/// Where clouds hand out credentials to whatever runs on a machine: the address that most of them share, and those
/// of Azure, Alibaba and Oracle, and of Amazon and Google by IPv6.
pub fn credentials() -> [IpAddr; 6] {
    [
        Ipv4Addr::new(169, 254, 169, 254).into(),
        Ipv4Addr::new(168, 63, 129, 16).into(),
        Ipv4Addr::new(100, 100, 100, 200).into(),
        Ipv4Addr::new(192, 0, 0, 192).into(),
        Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254).into(),
        Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254).into(),
    ]
}

/// What no environment ever reaches, besides the ranges of the cluster: link-local addresses, and those of
/// [`credentials`].
pub fn never() -> Vec<IpNet> {
    let link_local = [
        Ipv4Net::new_assert(Ipv4Addr::new(169, 254, 0, 0), 16).into(),
        Ipv6Net::new_assert(Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10).into(),
    ];
    link_local.into_iter().chain(credentials().map(only)).collect()
}

/// One address as a range.
pub fn only(address: IpAddr) -> IpNet {
    IpNet::from(address)
}

/// What is allowed without what is forbidden, in one order whatever the order it was given in.
///
/// # Errors
/// Which allowed ranges lie wholly inside which forbidden ones, so that nothing would be left of them.
pub fn blocks(allowed: &[IpNet], forbidden: &[IpNet]) -> Result<Vec<Block>, Vec<(IpNet, IpNet)>> {
    let forbidden = IpNet::aggregate(&forbidden.to_vec());
    let inside = |range: &IpNet| forbidden.iter().find(|never| never.contains(range)).copied();
    let lost: Vec<(IpNet, IpNet)> =
        allowed.iter().filter_map(|range| inside(range).map(|never| (*range, never))).collect();
    if !lost.is_empty() {
        return Err(lost);
    }
    let block = |range: IpNet| {
        let except = forbidden.iter().filter(|never| range.contains(*never)).copied().collect();
        Block { range, except }
    };
    Ok(IpNet::aggregate(&allowed.to_vec()).into_iter().map(block).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn range() -> impl Strategy<Value = IpNet> {
        prop_oneof![
            (any::<u32>(), 0..=32u8).prop_map(|(bits, length)| Ipv4Net::new_assert(
                Ipv4Addr::from(bits),
                length
            )
            .into()),
            // Near the metadata addresses, so that the interesting cases are met.
            (0..=32u8).prop_map(|length| {
                Ipv4Net::new_assert(Ipv4Addr::new(169, 254, 169, 254), length).trunc().into()
            }),
            (any::<u128>(), 0..=128u8).prop_map(|(bits, length)| Ipv6Net::new_assert(
                Ipv6Addr::from(bits),
                length
            )
            .into()),
        ]
    }

    fn lets_through(blocks: &[Block], address: IpAddr) -> bool {
        blocks.iter().any(|block| {
            block.range.contains(&address) && !block.except.iter().any(|never| never.contains(&address))
        })
    }

    proptest! {
        #[test]
        fn what_is_forbidden_never_gets_through(
            allowed in prop::collection::vec(range(), 0..5),
            cluster in prop::collection::vec(range(), 0..5),
            at in any::<prop::sample::Index>(),
        ) {
            let forbidden = [cluster, never()].concat();
            let Ok(blocks) = blocks(&allowed, &forbidden) else { return Ok(()) };
            for never in &forbidden {
                prop_assert!(!lets_through(&blocks, never.network()));
                prop_assert!(!lets_through(&blocks, never.broadcast()));
            }
            prop_assert!(!lets_through(&blocks, "169.254.169.254".parse().unwrap()));
            for block in &blocks {
                for never in &block.except {
                    prop_assert!(block.range.contains(never) && block.range != *never);
                }
            }
            // What is allowed and not forbidden does get through.
            if !allowed.is_empty() {
                let some = at.get(&allowed).network();
                let never = forbidden.iter().any(|never| never.contains(&some));
                prop_assert_eq!(lets_through(&blocks, some), !never);
            }
        }

        #[test]
        fn the_order_does_not_matter(mut allowed in prop::collection::vec(range(), 0..5)) {
            let one = blocks(&allowed, &never());
            allowed.reverse();
            prop_assert_eq!(one.ok(), blocks(&allowed, &never()).ok());
        }
    }

    #[test]
    fn a_range_of_which_nothing_is_left_is_a_fault() {
        let inside: IpNet = "10.244.3.0/24".parse().unwrap();
        let cluster: IpNet = "10.244.0.0/16".parse().unwrap();
        assert_eq!(blocks(&[inside], &[cluster]), Err(vec![(inside, cluster)]));
        assert_eq!(blocks(&[cluster], &[cluster]), Err(vec![(cluster, cluster)]));
    }
}
