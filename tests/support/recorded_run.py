"""What a program and all that it starts asked of the system: files written, and machines called.

strace records every process, also in native code; the program runs in a network namespace of its
own, in which there is nothing but the loopback device. Source: strace(1), unshare(1), man-pages 6.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

CALLS = (
    "open,openat,openat2,creat,mkdir,mkdirat,mknod,mknodat,symlink,symlinkat,link,linkat,rename,"
    "renameat,renameat2,connect,sendto,sendmsg,sendmmsg"
)
WRITING = re.compile(r"\b(O_WRONLY|O_RDWR|O_CREAT|O_TRUNC)\b")
LOOPBACK = re.compile(r'inet_addr\("127\.|inet_pton\(AF_INET6, "::1"')
NAME_SERVICE = re.compile(r"htons\(53\)|htons\(5353\)|io\.systemd\.Resolve")
DEVICES = ("/dev/null", "/dev/tty", "/dev/pts/", "/proc/")
# Loopback is down in a new namespace: SIOCSIFFLAGS of lo, with IFF_UP (netdevice(7)).
IN_NAMESPACE = """
import fcntl, os, socket, struct, sys
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 1))
os.execvp(sys.argv[1], sys.argv[1:])
"""


def missing_tool() -> str:
    """What is needed here and not possible; empty where all is."""
    for tool in ("strace", "unshare"):
        if shutil.which(tool) is None:
            return f"there is no {tool}"
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode:
        return "no network namespace can be made"
    return ""


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """The program's exit code, its output, and the lines of its processes."""

    code: int
    output: str
    lines: tuple[str, ...]

    @classmethod
    def of(
        cls, command: Sequence[str], *, env: Mapping[str, str], cwd: Path, records: Path
    ) -> RecordedRun:
        """Run it to its end; strace writes into the folder `records`."""
        strace = ["strace", "-ff", "-y", "-qq", "--seccomp-bpf", "-e", f"trace={CALLS}"]
        isolated = ["unshare", "-rn", sys.executable, "-c", IN_NAMESPACE, *command]
        ran = subprocess.run(
            [*isolated[:2], *strace, "-o", str(records / "calls"), *isolated[2:]],
            env=env,
            cwd=cwd,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        lines = [path.read_text("utf-8", "replace").splitlines() for path in records.iterdir()]
        return cls(ran.returncode, ran.stdout, tuple(line for each in lines for line in each))

    @property
    def written(self) -> set[str]:
        """Paths of files and folders that it made or opened to write; devices left out."""
        return {
            path for line in self.lines for path in _written(line) if not path.startswith(DEVICES)
        }

    @property
    def called(self) -> list[str]:
        """Each try to reach another machine, or to ask for a name."""
        return [
            line
            for line in self.lines
            if line.startswith(("connect(", "send"))
            and (("AF_INET" in line and not LOOPBACK.search(line)) or NAME_SERVICE.search(line))
        ]


def _written(line: str) -> Iterator[str]:
    name, _, rest = line.partition("(")
    if re.search(r"\) += -1 ", rest):
        return
    if name.startswith(("open", "creat")):
        if name == "creat" or WRITING.search(rest):
            yield rest.rpartition("<")[2].rstrip(">")
    elif name.startswith(("mk", "rename", "link", "symlink")):
        yield re.findall(r'"((?:[^"\\]|\\.)*)"', rest)[-1]
