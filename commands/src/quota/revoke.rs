//! `/quota revoke`: take a temporary quota back.

use crate::spec::{Access, Arg, Kind, Spec};
use crate::{Command, Invocation, Pairs, Reader, UsageError};

/// A temporary quota to be taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotaRevoke {
    /// Its id, as `/quota show` lists it.
    pub grant: String,
}

impl Command for QuotaRevoke {
    const SPEC: Spec = Spec {
        path: &["quota", "revoke"],
        summary: "Take a temporary quota back before it ends",
        about: "Nothing is deleted: new requests are refused as long as more is held than the limit.",
        examples: &["/quota revoke gra_01hq3z"],
        access: Access::Approver,
        args: &[Arg::required("grant", Kind::Subject, "Its id, such as gra_01hq3z; /quota show lists them")
            .positional()
            .label("Temporary quota")],
        ..Spec::BASE
    };

    fn read(from: &mut Reader<'_>) -> Result<Self, UsageError> {
        Ok(Self { grant: from.need("grant")? })
    }

    fn pairs(&self) -> Pairs {
        Pairs::default().with("grant", &self.grant)
    }

    fn into_invocation(self) -> Invocation {
        Invocation::QuotaRevoke(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::parse, tests::context};

    #[test]
    fn a_line_is_read() {
        let command = QuotaRevoke { grant: "gra_01hq3z".to_owned() };
        assert_eq!(parse("/quota revoke gra_01hq3z", &context()), Ok(command.into_invocation()));
    }
}
