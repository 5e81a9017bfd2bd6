//! The real program as a process: started, asked over HTTP, and ended as an init system does.

#![allow(dead_code, reason = "not every target has forms to send or starts it in the usual way")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
};

/// A running `sublet`, and where it listens.
pub struct Sublet {
    child: Child,
    address: String,
}

impl Sublet {
    /// Starts it, and reads its output until it says where it listens.
    pub fn start(home: &Path, arguments: &[&str]) -> Self {
        Self::begin(program(home), arguments)
    }

    /// The same with an environment of one's own.
    pub fn begin(mut program: Command, arguments: &[&str]) -> Self {
        let mut child =
            program.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let said: Box<dyn Read + Send> = match arguments {
            ["demo", ..] => Box::new(child.stdout.take().unwrap()),
            _ => Box::new(child.stderr.take().unwrap()),
        };
        let mut lines = BufReader::new(said).lines();
        let address = lines.find_map(|line| address(&line.unwrap())).unwrap();
        // Whoever logs to a closed pipe ends; so it is read to the end.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    /// Asks for a page; the status, and all of the answer.
    pub fn get(&self, path: &str) -> (u16, String) {
        self.ask(&format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address))
    }

    /// Sends a form.
    pub fn post(&self, path: &str, form: &str) -> (u16, String) {
        let length = form.len();
        self.ask(&format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {length}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{form}",
            self.address
        ))
    }

    fn ask(&self, request: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer)
    }

    /// Tells it to end as an init system does, and gives its exit code.
    pub fn end(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Sublet {
    /// A test that stops where it stands leaves no process behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, in a folder of its own and with none of this process's settings.
pub fn program(home: &Path) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_sublet"));
    program
        .current_dir(home)
        .env_clear()
        .env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    program
}

fn address(line: &str) -> Option<String> {
    let from = line.find("127.0.0.1:")?;
    Some(line[from..].chars().take_while(|c| c.is_ascii_digit() || ".:".contains(*c)).collect())
}
