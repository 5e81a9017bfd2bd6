//! `sublet controller` as a process of its own, with the rights of its own account.

use std::{
    fs,
    process::{Child, Command, Stdio},
    time::Duration,
};

use super::{cluster::Cluster, objects};

/// Its account, as the API server names it.
pub const ACCOUNT: &str = "system:serviceaccount:sublet:sublet-controller";

pub struct Controller {
    command: Command,
    child: Option<Child>,
    client: kube::Client,
}

impl Controller {
    /// Installs the rights, and writes the configuration and a kubeconfig with the account's token.
    pub async fn prepare(cluster: &Cluster) -> Self {
        cluster.prepare_rights();
        let token =
            cluster.kubectl(&["create", "token", "sublet-controller", "-n", "sublet", "--duration=24h"]);
        let kubeconfig = cluster.path("controller.kubeconfig");
        let flat = cluster.kubectl(&["config", "view", "--raw", "-o", "json"]);
        let mut config: serde_json::Value = serde_json::from_str(&flat).expect("a kubeconfig");
        config["users"][0]["user"] = serde_json::json!({ "token": token });
        fs::write(&kubeconfig, config.to_string()).expect("a kubeconfig for the account");
        let settings = cluster.path("controller.toml");
        let text = format!(
            "[kubernetes]\nenabled = true\nlisten = \"127.0.0.1:0\"\nkubeconfig = \"{}\"\nnamespace = \"{}\"\n[telemetry]\nfilter = \"warn\"\n",
            kubeconfig.display(),
            objects::HOME
        );
        fs::write(&settings, text).expect("a configuration");
        let log = fs::File::create(cluster.path("log/controller.log")).expect("a log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_sublet"));
        command.arg("--config").arg(settings).arg("controller").stdin(Stdio::null());
        command.stderr(log.try_clone().expect("a log")).stdout(log);
        Self { command, child: None, client: cluster.client.clone() }
    }

    pub fn start(&mut self) {
        self.child = Some(self.command.spawn().expect("the controller starts"));
    }

    /// Returns when it does its work: an environment that is asked for gets a status.
    pub async fn ready(&self) {
        objects::first(&self.client).await;
    }

    pub async fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let told = Command::new("kill").arg(child.id().to_string()).status().expect("kill runs");
        assert!(told.success(), "the controller had ended before");
        while child.try_wait().expect("a child").is_none() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Resident memory, now and at most, as the kernel says.
    pub fn memory(&self) -> String {
        let id = self.child.as_ref().expect("it runs").id();
        let said = fs::read_to_string(format!("/proc/{id}/status")).expect("the kernel's figures");
        let mib = |field: &str| {
            let line = said.lines().find_map(|line| line.strip_prefix(field)).expect("a figure");
            line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
        };
        format!("memory {} MiB, at most {} MiB", mib("VmRSS:"), mib("VmHWM:"))
    }
}

impl Drop for Controller {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _gone = child.kill();
        }
    }
}
