//! `cargo xtask serve`: the page on this machine, rebuilt as files change.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

use crate::run::run;
use crate::{Outcome, tools};

const FIRST_PORT: u16 = 8080;
const PORTS_TRIED: u16 = 50;

/// Serves until it is interrupted.
pub fn serve(args: &[String]) -> Outcome {
    let Options { port, release } = options(args)?;
    let port = match port {
        Some(port) if is_free(port) => port,
        Some(port) => {
            return Err(format!("port {port} is taken: choose another with --port, or leave it out"));
        }
        None => (FIRST_PORT..FIRST_PORT + PORTS_TRIED)
            .find(|&port| is_free(port))
            .ok_or("no port from 8080 on is free: choose one with --port")?,
    };
    let mut trunk = tools::trunk("serve")?;
    trunk.args(["--address", "127.0.0.1", "--port", &port.to_string()]);
    if release {
        trunk.arg("--release");
        eprintln!("Building the page; the first time takes a few minutes, later ones are quick.");
    }
    std::thread::spawn(move || announce(port));
    run(&mut trunk)
}

struct Options {
    port: Option<u16>,
    release: bool,
}

fn options(args: &[String]) -> Outcome<Options> {
    let mut options = Options { port: None, release: true };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--dev" => options.release = false,
            "--release" => options.release = true,
            "--port" => {
                let port = args.next().ok_or("--port wants a number")?;
                // Port 0 would be any: nobody could be told which.
                let number = port.parse().ok().filter(|number| *number > 0);
                options.port = Some(number.ok_or(format!("`{port}` is no port: 1 to 65535 are"))?);
            }
            other => return Err(format!("`{other}` is not an option of serve: it has --port N and --dev")),
        }
    }
    Ok(options)
}

fn is_free(port: u16) -> bool {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// Waits for the page to be there and says where.
fn announce(port: u16) {
    while !answers(port) {
        std::thread::sleep(Duration::from_millis(200));
    }
    println!("\n    Consensus Playground: http://127.0.0.1:{port}/\n    Ctrl-C ends it.\n");
}

fn answers(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) else { return false };
    let request = format!("GET / HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\nAccept: text/html\r\n\r\n");
    let mut status = [0; 12];
    stream.set_read_timeout(Some(Duration::from_secs(5))).is_ok()
        && stream.write_all(request.as_bytes()).is_ok()
        && stream.read_exact(&mut status).is_ok()
        && status.ends_with(b" 200")
}

#[cfg(test)]
mod tests {
    use super::options;

    #[test]
    fn a_port_is_a_number_that_can_be_announced() {
        let port = |text: &str| options(&["--port".to_owned(), text.to_owned()]).map(|options| options.port);
        assert_eq!(port("8081"), Ok(Some(8081)));
        for text in ["0", "65536", "-1", "http"] {
            assert_eq!(port(text), Err(format!("`{text}` is no port: 1 to 65535 are")));
        }
    }
}
