//! The program on a cluster, its console as a browser sees it, and the cluster as kubectl sees it.

use std::{
    fmt::Debug,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use sublet::{clock::UuidIds, ports::clock::Ids, templates::demo};

use crate::login::{Access, Key};

/// How long anything may take that is waited for: longer than the three minutes for which a program that was killed
/// may still hold a claim on somebody's messages.
const PATIENCE: Duration = Duration::from_secs(240);
const LOOK: Duration = Duration::from_millis(100);

/// One demo on the cluster, in a namespace of its own.
pub struct World {
    home: tempfile::TempDir,
    kubeconfig: PathBuf,
    kubectl: PathBuf,
    /// The namespace of its resources.
    pub namespace: String,
    sublet: Option<(Child, String)>,
    controller: Option<Child>,
}

impl World {
    /// The demo, started.
    pub fn start() -> Option<Self> {
        let kubeconfig = PathBuf::from(crate::support::required("SUBLET_TEST_NODE_KUBECONFIG")?);
        let kubectl = PathBuf::from(crate::support::required("SUBLET_TEST_KUBECTL")?);
        let namespace = format!("place-{}", UuidIds.next().simple().to_string().split_off(22));
        let home = tempfile::tempdir().unwrap();
        let mut world = Self { home, kubeconfig, kubectl, namespace, sublet: None, controller: None };
        world.run(&["--image", "registry.local/sublet-ssh:1"]);
        Some(world)
    }

    /// The bot and the controller as an operator runs them: two programs, each with the token of its own account.
    pub fn apart() -> Option<Self> {
        let kubeconfig = PathBuf::from(crate::support::required("SUBLET_TEST_NODE_KUBECONFIG")?);
        let kubectl = PathBuf::from(crate::support::required("SUBLET_TEST_KUBECTL")?);
        let home = tempfile::tempdir().unwrap();
        let namespace = "sublet".to_owned();
        let mut world = Self { home, kubeconfig, kubectl, namespace, sublet: None, controller: None };
        let definition =
            Self::program(&world.kubeconfig, world.folder()).args(["generate", "crd"]).output().unwrap();
        fs::write(world.folder().join("crd.yaml"), definition.stdout).unwrap();
        let file = world.folder().join("crd.yaml").display().to_string();
        world.kubectl(&["apply", "--server-side", "--force-conflicts", "-f", &file]).unwrap();
        let manifests = concat!(env!("CARGO_MANIFEST_DIR"), "/charts/sublet/manifests");
        world.kubectl(&["apply", "-f", manifests]).unwrap();
        world.writes_configurations();
        let log = fs::File::create(world.log()).unwrap();
        let mut controller = Self::program(&world.account("sublet-controller"), world.folder());
        controller.args(["--config", "controller.toml", "controller"]).stderr(log).stdout(Stdio::null());
        world.controller = Some(controller.spawn().unwrap());
        let mut serve = Self::program(&world.account("sublet-bot"), world.folder());
        serve.args(["--config", "serve.toml", "serve"]);
        let mut child = serve.stderr(Stdio::piped()).spawn().unwrap();
        let said = Box::new(child.stderr.take().unwrap());
        world.sublet = Some((child, heard(said, "address=")));
        Some(world)
    }

    fn writes_configurations(&self) {
        let templates = self.folder().join("templates");
        demo::seed_kubernetes(&templates, "registry.local/sublet-ssh:1").unwrap();
        fs::write(self.folder().join("controller.toml"), "[kubernetes]\nlisten = \"127.0.0.1:0\"\n").unwrap();
        let people = [("dana", "developer"), ("ada", "approver"), ("omar", "approver")].map(|(handle, role)| {
            format!("[[people]]\nhandle = \"{handle}\"\nemail = \"{handle}@example.org\"\nroles = [\"{role}\"]\n")
        });
        let config = "[server]\nlisten = \"127.0.0.1:0\"\n[policy]\nemail_domains = [\"example.org\"]\n\
            [console]\nenabled = true\n[kubernetes]\nenabled = true\n";
        fs::write(self.folder().join("serve.toml"), config.to_owned() + &people.concat()).unwrap();
    }

    /// A kubeconfig with a real token of a service account.
    fn account(&self, name: &str) -> PathBuf {
        let file = self.folder().join(name);
        fs::copy(&self.kubeconfig, &file).unwrap();
        let token = self.kubectl(&["-n", &self.namespace, "create", "token", name]).unwrap();
        let write = |arguments: &[&str]| {
            let mut kubectl = Command::new(&self.kubectl);
            let output =
                kubectl.arg("--kubeconfig").arg(&file).arg("config").args(arguments).output().unwrap();
            assert!(output.status.success(), "{arguments:?}");
        };
        write(&["set-credentials", name, "--token", &token]);
        write(&["set-context", "--current", "--user", name]);
        file
    }

    /// Where the controller of [`World::apart`] logs.
    pub fn log(&self) -> PathBuf {
        self.folder().join("controller.log")
    }

    /// The program with the cluster's kubeconfig.
    pub fn program(kubeconfig: &Path, home: &Path) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_sublet"));
        program.current_dir(home).env_clear().env("KUBECONFIG", kubeconfig);
        program.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        program
    }

    fn run(&mut self, more: &[&str]) {
        let mut program = Self::program(&self.kubeconfig, self.home.path());
        program.env("SUBLET__KUBERNETES__NAMESPACE", &self.namespace);
        program.args(["demo", "--kube", "--port", "0", "--data", "data"]).args(more);
        let mut child = program.stdout(Stdio::piped()).spawn().unwrap();
        let said = Box::new(child.stdout.take().unwrap());
        self.sublet = Some((child, heard(said, "open http://")));
    }

    /// The program dies at once, and is started again on the same data.
    pub fn crashes_and_comes_back(&mut self) {
        self.kill();
        self.run(&[]);
    }

    fn kill(&mut self) {
        let sublet = self.sublet.take().map(|(child, _)| child);
        for mut child in sublet.into_iter().chain(self.controller.take()) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// A folder for files of the test.
    pub fn folder(&self) -> &Path {
        self.home.path()
    }

    /// Writes one more template.
    pub fn offers(&self, name: &str, text: &str) {
        fs::write(self.home.path().join("data/templates").join(format!("{name}.toml")), text).unwrap();
    }

    /// Somebody types a line in their direct messages; what stands there then, without the tags.
    pub fn says(&self, handle: &str, line: &str) -> String {
        let id = UuidIds.next();
        let encoded: String = line.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let form = format!("id={id}&line={encoded}");
        let answer = self.ask(&format!(
            "POST /as/{handle}/dm/say HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{form}",
            self.address(),
            form.len()
        ));
        assert!(answer.starts_with("HTTP/1.1 2") || answer.starts_with("HTTP/1.1 3"), "{line}: {answer}");
        self.sees(handle)
    }

    /// What somebody reads in their direct messages, without the tags.
    pub fn sees(&self, handle: &str) -> String {
        self.sees_in(handle, "dm")
    }

    /// What somebody reads in a room, without the tags.
    pub fn sees_in(&self, handle: &str, room: &str) -> String {
        let page = self.ask(&format!(
            "GET /as/{handle}/{room} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
            self.address()
        ));
        let mut text = String::new();
        let mut inside = false;
        for letter in page.chars() {
            match letter {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    text.push(' ');
                }
                _ if !inside => text.push(letter),
                _ => {}
            }
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn address(&self) -> &str {
        &self.sublet.as_ref().expect("it runs").1
    }

    fn ask(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// What kubectl prints.
    pub fn kubectl(&self, arguments: &[&str]) -> Result<String, String> {
        let mut kubectl = Command::new(&self.kubectl);
        let output = kubectl.arg("--kubeconfig").arg(&self.kubeconfig).args(arguments).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }

    /// A field of an Environment.
    pub fn field(&self, name: &str, path: &str) -> String {
        let path = format!("jsonpath={{{path}}}");
        self.kubectl(&["-n", &self.namespace, "get", "environment", name, "-o", &path]).unwrap()
    }

    /// Waits until it was counted what the cluster has left.
    pub fn is_counted(&self) {
        let map = ["-n", &self.namespace, "get", "configmap", "sublet-headroom"];
        until("what is left is counted", || self.kubectl(&map).ok());
    }

    /// An approver's card tells the room that the node has: some pods are on it, and it takes 110.
    pub fn tells_room(&self) {
        let text = self.sees_in("ada", "approvals");
        let (_, room) = text.split_once("Room in the cluster ").expect(&text);
        let (pods, rest) = room.split_once(" environments, cpu ").expect(room);
        let pods: u32 = pods.parse().unwrap();
        assert!((50..=110).contains(&pods), "{pods}");
        let (cpu, memory) = rest.split_once(", memory ").unwrap();
        assert!(cpu.starts_with(|digit: char| digit.is_ascii_digit()), "{cpu}");
        assert!(memory.starts_with(|digit: char| digit.is_ascii_digit()), "{memory}");
    }

    /// Asks for an environment with a new key of that name; the environment's name, and the key.
    pub fn asks(&self, handle: &str, template: &str, rest: &str) -> (String, Key) {
        let word = UuidIds.next().simple().to_string().split_off(26);
        let key = Key::make(self.folder(), &word);
        self.says(handle, &format!("/key add {}", key.public));
        let text =
            self.says(handle, &format!("/env request {template} {rest} for=2h key={word} for the test"));
        let told = text.rsplit_once(&format!(" {template}-")).expect("no name was told").1;
        let name = told.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap();
        (format!("{template}-{name}"), key)
    }

    /// Waits until somebody may log in, and looks how.
    pub fn access(&self, handle: &str, name: &str) -> Access {
        let told = until("a way to log in", || {
            let text = self.says(handle, &format!("/env ssh {name}"));
            let answer = text.rsplit_once(&format!("/env ssh {name}"))?.1.to_owned();
            let (_, command) = answer.split_once("ssh -p ")?;
            let mut words = command.split(' ');
            let port = words.next()?.parse().ok()?;
            let host = words.next()?.strip_prefix("dev@")?.to_owned();
            Some((host, port))
        });
        Access { host: told.0, port: told.1, host_key: self.field(name, ".status.ssh.hostKey") }
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Reads until the program says where it listens, and then to the end: whoever logs to a closed pipe ends.
fn heard(said: Box<dyn Read + Send>, before: &str) -> String {
    let mut lines = BufReader::new(said).lines().map_while(Result::ok);
    let address = lines.find_map(|line| {
        let rest = line.split_once(before)?.1;
        Some(rest.split(|c: char| !c.is_ascii_digit() && c != '.' && c != ':').next()?.to_owned())
    });
    std::thread::spawn(move || lines.for_each(drop));
    address.expect("the program did not start")
}

/// Waits until something is so.
pub fn until<T: Debug>(what: &str, so: impl Fn() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = so() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(LOOK);
    }
}
