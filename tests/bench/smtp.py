"""What it costs to greet 4096 mail servers: all of 127.50.0.0/20.

One listener hears them all. snowline says EHLO and QUIT and waits for the
answers; nmap's script reads the greeting and hangs up, which is less. The last
two sections are about time: servers that greet late, and networks that drop
what is sent to them, which is how most of the Internet answers to port 25."""
import contextlib
import os
import shutil
import socket
import statistics
import sys

from measure import BUILD, SNOWLINE, Client, Peer, Server, take_turns

FIXTURE = os.path.join(BUILD, "lab", "smtp-fixture")
RANGE, FIRST, HOSTS = "127.50.0.0/20", "127.50.0.0", 4096
AT_ONCE = "1000"    # as nmap is told
LATE_MS = 2000
CONNECT_S = "3"     # of the silent


class Job:
    def __init__(self, folder, port, status):
        self.folder, self.port, self.status = folder, str(port), status


class Probe(Client):
    def __init__(self, at_once, *options):
        super().__init__("snowline probe")
        self.options = ["--smtp-concurrency", at_once, *options]

    def command(self, job):
        return [SNOWLINE, "probe", RANGE, "--include-reserved", "--smtp-port",
                job.port, "--smtp-rate", "0", "--smtp-block-rate", "0",
                "--smtp-per-block", "0", "--ehlo", "probe.example",
                "--progress", "none", *self.options]

    def got(self, run, job):
        return sum(f'"status":"{job.status}"' in line and
                   ('"ehlo":{"status":"ok"' in line) == (job.status == "open")
                   for line in run.stdout.splitlines())


class Nmap(Peer):
    def command(self, job):
        return [self.program, "-n", "-Pn", "-T5", "--min-hostgroup",
                str(HOSTS), "--max-parallelism", AT_ONCE, "-p", job.port,
                "--script", "banner", RANGE]

    def got(self, run, _):
        return run.stdout.count("|_banner: 220 ")


# --------------------------------------------------------------------- servers

@contextlib.contextmanager
def greeting(folder, behaviour):
    """The port of servers that greet."""
    path = os.path.join(folder, "hosts")
    with open(path, "w") as f:
        f.write(f"{RANGE} {behaviour} mx.lab-provider.net\n")
    log = os.path.join(folder, "server.log")
    server = Server([FIXTURE, "0", path], folder,
                    lambda: "ready" in open(log).read())
    try:
        yield server.said().split()[1]
    finally:
        server.stop()


@contextlib.contextmanager
def silent(*_):
    """The port of a listener whose queue is full: the kernel drops what comes
    for any address."""
    with contextlib.ExitStack() as sockets:
        listener = sockets.enter_context(socket.socket())
        with contextlib.suppress(OSError):  # nobody else is to meet it
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE,
                                b"lo")
        listener.bind(("", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        for _ in range(8):
            s = sockets.enter_context(socket.socket())
            s.settimeout(.2)
            if s.connect_ex((FIRST, port)):
                yield port
                return
        sys.exit("bench: a full queue does not drop connections here")


def sections(path):
    """name, title, status expected, servers, their behaviour, clients"""
    program = shutil.which("nmap", path=path)
    nmap = [Nmap(program)] if program else []
    if not program:
        print("bench: nmap is not on PATH: not measured", file=sys.stderr)
    return [
        ("smtp", f"{HOSTS} mail servers", "open", greeting, "open",
         [Probe(AT_ONCE), *nmap]),
        ("smtp-late", f"{HOSTS} that greet after {LATE_MS // 1000} s", "open",
         greeting, f"delay={LATE_MS}", [Probe(str(HOSTS)), *nmap]),
        ("smtp-silent", f"{HOSTS} addresses where nobody answers, "
         f"--connect-timeout {CONNECT_S}", "timeout", silent, None,
         [Probe(str(HOSTS), "--connect-timeout", CONNECT_S)]),
    ]


# ----------------------------------------------------------------------- table

def table(title, found, job):
    """Markdown."""
    def median(client, what):
        return statistics.median(getattr(r, what) for r in client.runs)

    base = next((c for c in found if c.is_base), None)
    against = f"against {base.name}" if base else "against"
    yield f"### {title}, {len(found[0].runs)} x each"
    yield ""
    yield (f"| client | CPU s | least to most | {against} | wall s | peak RSS "
           f"| {job.status} |")
    yield "|---|---|---|---|---|---|---|"
    for c in found:
        cpu = [r.cpu_s for r in c.runs]
        ratio = (f"{median(c, 'cpu_s') / median(base, 'cpu_s'):.2f}" if base
                 else "–")
        yield (f"| {c.name} | {median(c, 'cpu_s'):.2f} | {min(cpu):.2f} to "
               f"{max(cpu):.2f} | {ratio} | {median(c, 'wall_s'):.2f} "
               f"| {median(c, 'peak_kib') / 1024:.1f} MiB "
               f"| {min(c.got(r, job) for r in c.runs)} |")
    yield ""


def wrong(client, run, got, job):
    """Say so unless all hosts were told right. @return how many complaints"""
    if run.code == 0 and got == HOSTS:
        return 0
    print(f"**{client.name}: {got} of {HOSTS} {job.status}, exit {run.code}** "
          f"{run.stderr.strip()[-300:]}\n", flush=True)
    return 0 if client.is_base else 1


def measure(folder, path, only, rounds):
    """@return the number of complaints about snowline"""
    complaints = 0
    for name, title, status, servers, behaviour, clients in sections(path):
        found = [c for c in clients if only in f"{name}: {c.name}"]
        if not found:
            continue
        with servers(folder, behaviour) as port:
            job = Job(folder, port, status)
            complaints += take_turns(found, job, rounds, f"{name}: {title}",
                                     wrong)
            print("\n".join(table(f"{name}: {title}", found, job)), flush=True)
    return complaints
