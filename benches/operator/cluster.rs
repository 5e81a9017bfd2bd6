//! A control plane of its own for each side, and what its audit log says.

use std::{
    collections::BTreeMap,
    fmt,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use kube::{
    Client, Config,
    config::{KubeConfigOptions, Kubeconfig},
};
use tempfile::TempDir;

/// A running control plane; it ends with this process at the latest.
pub struct Cluster {
    /// Whoever may do everything.
    pub client: Client,
    folder: TempDir,
}

impl Cluster {
    pub async fn up() -> Self {
        let _set_before = rustls::crypto::aws_lc_rs::default_provider().install_default();
        // A short path: sockets lie in it.
        let folder = TempDir::with_prefix_in("sublet-", "/tmp").expect("a folder");
        script("up", folder.path());
        let kubeconfig = Kubeconfig::read_from(folder.path().join("kubeconfig")).expect("a kubeconfig");
        let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await;
        let client = Client::try_from(config.expect("a configuration")).expect("a client");
        let cluster = Self { client, folder };
        cluster.apply(&ours("charts/sublet/crds/environments.yaml"));
        cluster
    }

    pub fn down(self) {
        script("down", self.folder.path());
    }

    /// Namespaces, accounts and roles of Sublet.
    pub fn prepare_rights(&self) {
        for file in ["bot.yaml", "controller.yaml"] {
            self.apply(&ours("charts/sublet/manifests").join(file));
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn apply(&self, file: &Path) {
        self.kubectl(&["apply", "--server-side", "-f", &file.display().to_string()]);
    }

    pub fn kubectl(&self, arguments: &[&str]) -> String {
        let mut kubectl = Command::new(self.path("kubectl"));
        let output = kubectl.arg("--kubeconfig").arg(self.path("kubeconfig")).args(arguments).output();
        let output = output.expect("kubectl runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// What an account asked of the API server until now. A watch counts when it begins.
    pub fn requests(&self, account: &str) -> Requests {
        let log = std::fs::File::open(self.path("log/audit.json")).expect("the audit log");
        let mut requests = Requests::default();
        for line in BufReader::new(log).lines().map_while(Result::ok).filter(|line| line.contains(account)) {
            let Ok(event) = serde_json::from_str::<serde_json::Value>(&line) else { continue };
            let ended = event["stage"] == "ResponseComplete" || event["verb"] == "watch";
            if event["user"]["username"] == account && ended {
                let kind = event["objectRef"]["resource"].as_str().unwrap_or("other");
                let verb = event["verb"].as_str().unwrap_or("other");
                *requests.0.entry(format!("{verb} {kind}")).or_default() += 1;
            }
        }
        requests
    }

    /// Returns when an account has asked nothing but to watch and to lead for a while.
    pub async fn quiet(&self, account: &str) {
        let mut before = self.requests(account);
        for _ in 0..60 {
            tokio::time::sleep(Duration::from_secs(5)).await;
            let now = self.requests(account);
            if now.since(&before).writes() == 0 {
                return;
            }
            before = now;
        }
        panic!("it never became quiet: {before}");
    }
}

fn ours(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn script(name: &str, folder: &Path) {
    let mut script = Command::new(ours("tests/cluster").join(name));
    script.env_remove("SUBLET_TEST_KUBECONFIG").env("SUBLET_CLUSTER_FOLDER", folder);
    script.env("SUBLET_CLUSTER_AUDIT", "1").env("SUBLET_CLUSTER_OWNER", std::process::id().to_string());
    assert!(script.status().expect("the script runs").success(), "tests/cluster/{name} failed");
}

/// How often what was asked.
#[derive(Default, Clone)]
pub struct Requests(BTreeMap<String, usize>);

impl Requests {
    pub fn since(&self, before: &Self) -> Self {
        let counts =
            self.0.iter().map(|(what, count)| (what.clone(), count - before.0.get(what).unwrap_or(&0)));
        Self(counts.filter(|(_, count)| *count > 0).collect())
    }

    /// Changes of anything but the Lease by which the controller leads, and of what it counted as left.
    pub fn writes(&self) -> usize {
        let write = |what: &str| !["get ", "list ", "watch "].iter().any(|verb| what.starts_with(verb));
        self.0
            .iter()
            .filter(|(what, _)| write(what) && !what.ends_with(" leases") && !what.ends_with(" configmaps"))
            .map(|(_, count)| count)
            .sum()
    }

    pub fn each(&self, many: usize) -> String {
        let all: usize = self.0.values().sum();
        let part = |(what, count): (&String, &usize)| format!("{what} {:.2}", *count as f64 / many as f64);
        let parts: Vec<String> = self.0.iter().map(part).collect();
        format!("{:.2} ({})", all as f64 / many as f64, parts.join(", "))
    }
}

impl fmt::Display for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(|(what, count)| format!("{what} {count}")).collect();
        write!(f, "{} ({} writes: {})", self.0.values().sum::<usize>(), self.writes(), parts.join(", "))
    }
}
