//! Whether an SSH server answers at an address: the first line of its greeting is read, no more.

use std::time::Duration;

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    net::TcpStream,
    time::timeout,
};

use super::gathered::Banner;

/// How long connecting and reading may take together.
const PATIENCE: Duration = Duration::from_secs(3);
/// The longest first line that an SSH server may send.
const LONGEST: u64 = 255;

/// What is at this address now.
pub async fn look(host: &str, port: u16) -> Banner {
    let at = if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
    let why = match timeout(PATIENCE, first_line(host, port)).await {
        Ok(Ok(line)) if line.starts_with(b"SSH-2.0-") || line.starts_with(b"SSH-1.99-") => {
            return Banner::Answers;
        }
        Ok(Ok(line)) if line.is_empty() => "it closes the connection at once".to_owned(),
        Ok(Ok(_)) => "what answers is no SSH server".to_owned(),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no answer within {} seconds", PATIENCE.as_secs()),
    };
    Banner::Silent(format!("{at}: {why}"))
}

async fn first_line(host: &str, port: u16) -> std::io::Result<Vec<u8>> {
    let stream = TcpStream::connect((host, port)).await?;
    let mut line = Vec::new();
    BufReader::new(stream.take(LONGEST)).read_until(b'\n', &mut line).await?;
    Ok(line)
}

#[cfg(test)]
mod tests {
    use tokio::{io::AsyncWriteExt, net::TcpListener};

    use super::*;

    /// What is found where a server sends this and then waits.
    async fn found(sent: &'static [u8], then_close: bool) -> Banner {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let serving = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a guest");
            let _gone = stream.write_all(sent).await;
            if !then_close {
                std::future::pending::<()>().await;
            }
        });
        let banner = look("127.0.0.1", port).await;
        serving.abort();
        banner
    }

    fn silent(banner: Banner) -> String {
        match banner {
            Banner::Silent(why) => why,
            Banner::Answers => panic!("nothing should answer"),
        }
    }

    #[tokio::test]
    async fn only_an_ssh_server_answers() {
        assert_eq!(found(b"SSH-2.0-OpenSSH_10.0\r\n", false).await, Banner::Answers);
        assert!(silent(found(b"HTTP/1.1 400 Bad Request\r\n", false).await).ends_with("is no SSH server"));
        assert!(silent(found(&[b'x'; 4096], false).await).ends_with("is no SSH server"));
        assert!(silent(found(b"", true).await).contains("closes the connection"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        assert!(silent(look("127.0.0.1", port).await).contains("refused"));
    }
}
