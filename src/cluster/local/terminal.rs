//! A pseudo-terminal: our end of it, read and written without blocking, and the other end for a process.

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
    path::Path,
};

use rustix::{
    fs::{Mode, OFlags},
    io::Errno,
    pty::{OpenptFlags, ioctl_tiocgptpeer, unlockpt},
    termios::{InputModes, OptionalActions, Winsize, tcgetattr, tcsetattr, tcsetwinsize},
};
use tokio::io::{Interest, unix::AsyncFd};

/// A terminal's size, in characters and in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    /// Characters in a row.
    pub columns: u32,
    /// Rows.
    pub rows: u32,
    /// Width in pixels, 0 when not known.
    pub width: u32,
    /// Height in pixels, 0 when not known.
    pub height: u32,
}

/// Our end of a terminal.
pub(super) struct Terminal {
    master: AsyncFd<OwnedFd>,
}

impl Terminal {
    /// Opens a new terminal from this multiplexer (such as `/dev/ptmx`); also gives the end for the process.
    #[expect(
        deprecated,
        reason = "its successor is unsafe for types that close their descriptor early; OwnedFd does not"
    )]
    pub(super) fn open(multiplexer: &Path, size: Size) -> io::Result<(Self, OwnedFd)> {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let master = rustix::fs::open(multiplexer, flags, Mode::empty())?;
        unlockpt(&master)?;
        let slave =
            ioctl_tiocgptpeer(&master, OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        let mut modes = tcgetattr(&slave)?;
        modes.input_modes |= InputModes::IUTF8;
        tcsetattr(&slave, OptionalActions::Now, &modes)?;
        let terminal = Self { master: AsyncFd::new(master)? };
        terminal.resize(size)?;
        Ok((terminal, slave))
    }

    /// Changes the size; the processes of the terminal get SIGWINCH.
    pub(super) fn resize(&self, size: Size) -> io::Result<()> {
        let cells = |n: u32| u16::try_from(n).unwrap_or(u16::MAX);
        let size = Winsize {
            ws_row: cells(size.rows),
            ws_col: cells(size.columns),
            ws_xpixel: cells(size.width),
            ws_ypixel: cells(size.height),
        };
        Ok(tcsetwinsize(self.master.get_ref().as_fd(), size)?)
    }

    /// Reads what was printed; 0 when no process has the other end any more.
    pub(super) async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = |fd: &OwnedFd| match rustix::io::read(fd, &mut *buffer) {
            Err(Errno::IO) => Ok(0),
            other => Ok(other?),
        };
        self.master.async_io(Interest::READABLE, read).await
    }

    /// Types all of it.
    pub(super) async fn write_all(&self, mut keys: &[u8]) -> io::Result<()> {
        while !keys.is_empty() {
            let write = |fd: &OwnedFd| Ok(rustix::io::write(fd, keys)?);
            let written = self.master.async_io(Interest::WRITABLE, write).await?;
            keys = keys.get(written..).unwrap_or_default();
        }
        Ok(())
    }
}
