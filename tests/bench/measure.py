"""What all sections of the bench share: one run of a client, and servers."""
import ctypes
import os
import re
import select
import signal
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("SNOWLINE_BUILD", "build/release"))
SNOWLINE = os.path.join(BUILD, "snowline")
LOOPBACK = "127.0.0.1"
PATIENCE_S = 120        # for one run
READY_S = 60
LOOK_S = .02            # so often for the size of a client
PR_SET_PDEATHSIG = 1


class Run:
    """One run of a command: what it cost, what it said."""

    def __init__(self, argv, folder):
        paths = [os.path.join(folder, n) for n in ("stdout", "stderr")]
        with open(paths[0], "wb") as out, open(paths[1], "wb") as err:
            begun = time.monotonic()
            child = subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                                     stdout=out, stderr=err, cwd=folder)
            try:
                usage = self.watch(child, begun)
            except BaseException:
                child.kill()
                child.wait()
                raise
        self.wall_s = time.monotonic() - begun
        self.cpu_s = usage.ru_utime + usage.ru_stime
        self.code = child.returncode
        self.stdout, self.stderr = (open(p, errors="replace").read()
                                    for p in paths)

    def watch(self, child, begun):
        """Wait for the end. The peak that wait4() tells begins with our own
        size, so the child's is read while it lives."""
        self.peak_kib = 0
        fd = os.pidfd_open(child.pid)
        try:
            ends = select.poll()
            ends.register(fd, select.POLLIN)
            while not ends.poll(LOOK_S * 1000):
                self.peak_kib = max(self.peak_kib, peak_kib(child.pid))
                if time.monotonic() - begun > PATIENCE_S:
                    child.kill()
        finally:
            os.close(fd)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        return usage


def peak_kib(pid):
    with open(f"/proc/{pid}/status") as f:
        found = re.search(r"^VmHWM:\s*(\d+)", f.read(), re.M)
    return int(found[1]) if found else 0


class Client:
    """One row: how it is called, and how much it says it got."""

    is_base = False  # what others are compared with

    def __init__(self, name):
        self.name = name
        self.runs = []  # measured ones, of this section

    def command(self, job):
        raise NotImplementedError

    def check(self, job):
        """The command of the unmeasured run."""
        return self.command(job)

    def got(self, run, job):
        """Names that a measured run got; None when it does not say."""
        return job.names if run.code == 0 else None

    def got_checked(self, run, job):
        return self.got(run, job)


class Peer(Client):
    """Somebody else's program."""

    is_base = True

    def __init__(self, program):
        super().__init__(os.path.basename(program))
        self.program = os.path.abspath(program)


def take_turns(clients, job, rounds, title, wrong):
    """Run each client once unmeasured, then round by round.

    @return how often wrong(client, run, got, job) complained"""
    complaints = 0
    for c in clients:
        c.runs = []
        run = Run(c.check(job), job.folder)
        complaints += wrong(c, run, c.got_checked(run, job), job)
    for n in range(rounds):
        print(f"bench: {title}: round {n + 1} of {rounds}", file=sys.stderr)
        for c in clients:
            run = Run(c.command(job), job.folder)
            complaints += wrong(c, run, c.got(run, job), job)
            c.runs.append(run)
    return complaints


class Server:
    """A server in the foreground, gone with us, however we end."""

    def __init__(self, argv, folder, is_ready):
        self.log = os.path.join(folder, "server.log")
        with open(self.log, "wb") as log:
            self.child = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=folder, start_new_session=True, preexec_fn=die_with_us)
        end = time.monotonic() + READY_S
        while not is_ready():
            if self.child.poll() is not None or time.monotonic() > end:
                self.stop()
                sys.exit("bench: the server does not answer:\n" + self.said())
            time.sleep(.05)

    def said(self):
        return open(self.log, errors="replace").read()

    def stop(self):
        self.child.terminate()
        try:
            self.child.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.child.pid, signal.SIGKILL)  # its own session
            self.child.wait()


def die_with_us():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
