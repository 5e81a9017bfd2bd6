//! What the API server refuses, in words for people who asked for an environment, and whether asking again can help.

use chrono::TimeDelta;
use kube::core::Status;

use crate::{
    cluster::kubernetes::{faults::words, settings::Access},
    ports::Failure,
};

/// What the definition of the custom resource is made by.
const INSTALL: &str = "`sublet generate crd | kubectl apply --server-side -f -`";

/// The failure behind an error of the client.
pub fn failure(error: &kube::Error, access: &Access) -> Failure {
    let kube::Error::Api(status) = error else {
        return Failure::later(format!("the cluster does not answer: {}", words(error)));
    };
    let namespace = &access.namespace;
    match status.code {
        422 => Failure::never(format!("the cluster does not take it: {}", causes(status))),
        // A namespace that is on its way out, or a quota of objects, is not a missing right.
        403 if !status.message.contains("cannot ") => {
            Failure::never(format!("the cluster refuses it: {}", status.message))
        }
        403 => Failure::never(format!(
            "Sublet may not do this in the cluster: {}. An operator gives it the rights of \
             charts/sublet/manifests/bot.yaml",
            status.message
        )),
        404 if status.message.contains("namespaces \"") => Failure::never(format!(
            "the namespace {namespace} is not in the cluster. An operator makes it: `kubectl create namespace {namespace}`"
        )),
        404 => Failure::never(format!(
            "the cluster does not know what an Environment is. An operator tells it: {INSTALL}"
        )),
        401 => Failure::later("the cluster does not accept Sublet's credentials".to_owned()),
        408 | 409 | 410 | 429 | 500.. => {
            let asked = status.details.as_ref().map(|details| i64::from(details.retry_after_seconds));
            let after = asked.filter(|seconds| *seconds > 0).map(TimeDelta::seconds);
            Failure::Later { why: format!("the cluster is busy: {}", words(error)), after }
        }
        _ => Failure::never(format!("the cluster refuses it: {}", words(error))),
    }
}

/// What is wrong, field by field, as the definition says it.
fn causes(status: &Status) -> String {
    let causes = status.details.iter().flat_map(|details| &details.causes);
    let told: Vec<String> = causes
        .map(|cause| {
            // The API server quotes the value before the sentence that was written for people.
            let message = cause.message.strip_prefix("Invalid value: ").unwrap_or(&cause.message);
            let sentence = message.rsplit_once("\": ").map_or(message, |(_, sentence)| sentence);
            if cause.field.is_empty() { sentence.to_owned() } else { format!("{}: {sentence}", cause.field) }
        })
        .collect();
    if told.is_empty() { status.message.clone() } else { told.join("; ") }
}

#[cfg(test)]
mod tests {
    use kube::core::response::{StatusCause, StatusDetails};

    use super::*;

    fn access() -> Access {
        Access { kubeconfig: None, context: None, namespace: "sublet".to_owned() }
    }

    fn details(causes: Vec<StatusCause>, retry_after_seconds: u32) -> StatusDetails {
        let (name, group, kind, uid) = Default::default();
        StatusDetails { name, group, kind, uid, causes, retry_after_seconds }
    }

    fn answer(code: u16, message: &str, details: Option<StatusDetails>) -> Failure {
        let status = Status { code, details, ..Status::failure(message, "") };
        failure(&kube::Error::Api(status.boxed()), &access())
    }

    #[test]
    fn what_an_operator_must_do_is_said() {
        let told = [
            (404, "the server could not find the requested resource"),
            (404, "namespaces \"sublet\" not found"),
            (403, "environments.sublet.dev is forbidden: User \"system:serviceaccount:sublet:x\" cannot patch resource"),
            (403, "environments.sublet.dev \"web\" is forbidden: exceeded quota: many"),
        ]
        .map(|(code, message)| {
            let failure = answer(code, message, None);
            assert!(matches!(failure, Failure::Never { .. }), "{failure:?}");
            failure.why().to_owned()
        });
        insta::assert_snapshot!(told.join("\n"), @r#"
        the cluster does not know what an Environment is. An operator tells it: `sublet generate crd | kubectl apply --server-side -f -`
        the namespace sublet is not in the cluster. An operator makes it: `kubectl create namespace sublet`
        Sublet may not do this in the cluster: environments.sublet.dev is forbidden: User "system:serviceaccount:sublet:x" cannot patch resource. An operator gives it the rights of charts/sublet/manifests/bot.yaml
        the cluster refuses it: environments.sublet.dev "web" is forbidden: exceeded quota: many
        "#);
    }

    #[test]
    fn what_passes_is_tried_again_when_the_server_says() {
        for code in [401, 408, 409, 410, 429, 500, 503, 504] {
            let failure = answer(code, "etcdserver: request timed out", None);
            assert!(matches!(failure, Failure::Later { after: None, .. }), "{code}: {failure:?}");
        }
        let failure = answer(429, "too many requests", Some(details(Vec::new(), 7)));
        assert!(
            matches!(failure, Failure::Later { after: Some(after), .. } if after == TimeDelta::seconds(7))
        );
        assert!(matches!(answer(400, "bad", None), Failure::Never { .. }));
    }

    #[test]
    fn fields_are_named_with_what_is_wrong_there() {
        let cause = |field: &str, message: &str| StatusCause {
            reason: String::new(),
            field: field.to_owned(),
            message: message.to_owned(),
        };
        let causes = vec![
            cause("spec.size", "Invalid value: \"object\": storage cannot shrink"),
            cause("spec.size.cpu", "Invalid value: cpu must be a quantity from 10m to 256"),
            cause("", "no more"),
        ];
        assert_eq!(
            answer(422, "Environment is invalid", Some(details(causes, 0))).why(),
            "the cluster does not take it: spec.size: storage cannot shrink; \
             spec.size.cpu: cpu must be a quantity from 10m to 256; no more"
        );
        assert_eq!(answer(422, "is invalid", None).why(), "the cluster does not take it: is invalid");
    }
}
