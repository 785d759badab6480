"""Thousands of mail servers at once, and manners towards each network.

Numbers are counted by the servers, not told by the program. What is asserted
does not hang on speed: a crowd is greeted once all of it is there, and the
times of connections are those at which the kernel saw them."""
import collections
import json
import os
import resource
import subprocess
import time

from support import BUILD, Case, SNOWLINE, PATIENCE_S, run, wait_until

CROWD = 10000
OTHER_DESCRIPTORS = 400  # of the program: it sets 256 aside for other things
PER_CONNECTION_KIB = 6
PEAK_AT_4096_KIB = 48 << 10
SECOND_US = 1000000

Event = collections.namedtuple("Event", "at_us what ip")


class Servers:
    """smtp-fixture; hosts are lines of its file without a name."""

    def __init__(self, folder, *hosts):
        paths = [os.path.join(folder, n) for n in ("hosts", "log", "faults")]
        with open(paths[0], "w") as f:
            f.writelines(f"{h} mx.lab-provider.net\n" for h in hosts)
        self.log, self.faults = paths[1:]
        with open(self.faults, "w") as faults:
            self.child = subprocess.Popen(
                [os.path.join(BUILD, "lab", "smtp-fixture"), "0", *paths[:2]],
                stdout=subprocess.PIPE, stderr=faults, text=True,
                preexec_fn=raise_descriptors)
        self.port = self.child.stdout.readline().removeprefix("ready ").strip()
        assert self.port, "smtp-fixture does not begin"

    def close(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.communicate()

    def events(self):
        """All that happened, once every connection has ended."""
        wait_until(lambda: self.balance() == 0, "all connections end")
        with open(self.log) as f:
            return [Event(int(at), what, ip)
                    for at, what, ip in map(str.split, f)]

    def balance(self):
        with open(self.log) as f:
            text = f.read()
        return text.count("+") - text.count("-") if text.endswith("\n") else 1


def raise_descriptors():
    """As many as are wished, or as many as may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wished = CROWD + OTHER_DESCRIPTORS
    if wished > hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wished, wished))
            return
        except (ValueError, OSError):
            wished = hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wished), hard))


def allowed_crowd():
    """CROWD, or what descriptors allow."""
    done = subprocess.run(["sh", "-c", "ulimit -n"], text=True, check=True,
                          capture_output=True, preexec_fn=raise_descriptors)
    n = CROWD
    if done.stdout.strip() != "unlimited":
        n = min(n, int(done.stdout) - OTHER_DESCRIPTORS)
    if n < CROWD:
        print(f"     only {n} connections at once: descriptors allow no more")
    return n


def first(net, n):
    """A range: the first n addresses of 127.net.0.0/16."""
    last = n - 1
    return f"127.{net}.0.0-127.{net}.{last >> 8}.{last & 255}"


def block(ip):
    return ip.rpartition(".")[0]


def most_open(events):
    """How many connections were open at once, at most."""
    most = n = 0
    for e in events:
        n += 1 if e.what == "+" else -1
        most = max(most, n)
    return most


def most_within(times, span_us):
    """How many fall into one span, both ends included, at most."""
    return max(sum(t <= u <= t + span_us for u in times) for t in times)


class Load(Case):
    def servers(self, *hosts):
        s = Servers(self.dir, *hosts)
        self.addCleanup(s.close)
        return s

    def options(self, servers, *more):
        return ["--include-reserved", "--smtp-port", servers.port, "--ehlo",
                "probe.example", "--progress", "none", "--seed", "2018", *more]

    def free(self, servers, concurrency, *more):
        """No limit but that on the whole."""
        return self.options(servers, "--smtp-rate", "0", "--smtp-block-rate",
                            "0", "--smtp-per-block", "0", "--smtp-concurrency",
                            str(concurrency), *more)

    def records(self, text, n):
        """{address: record}; each of n addresses has one."""
        found = [json.loads(line) for line in text.splitlines()]
        by_ip = {r["ip"]: r for r in found}
        self.assertEqual((len(found), len(by_ip)), (n, n))
        return by_ip

    def probe(self, servers, n, *args):
        """The records, and what the servers saw: one connection each."""
        done = run("probe", *args, preexec_fn=raise_descriptors)
        self.assertEqual(done.returncode, 0, done.stderr)
        records = self.records(done.stdout, n)
        return records, self.events_of(servers, records)

    def events_of(self, servers, records):
        events = servers.events()
        self.assertEqual(collections.Counter(
            e.ip for e in events if e.what == "+"),
            collections.Counter(records.keys()))
        with open(servers.faults) as f:
            self.assertEqual(f.read(), "")
        return events

    def statuses(self, records):
        return collections.Counter((r["status"], r["ehlo"]["status"])
                                   for r in records.values())


class Crowd(Load):
    """As many as are asked for are really open at once, and are cheap."""

    def peak_kib(self, *args):
        with open(self.path("out"), "w") as out:
            child = subprocess.Popen([SNOWLINE, "probe", *args], stdout=out,
                                     preexec_fn=raise_descriptors)
        peak, end = 0, time.monotonic() + PATIENCE_S
        while child.poll() is None:
            with open(f"/proc/{child.pid}/status") as f:
                for line in f:
                    if line.startswith("VmHWM:"):
                        peak = int(line.split()[1])
            if time.monotonic() > end:
                child.kill()
            time.sleep(.01)
        self.assertEqual(child.returncode, 0)
        with open(self.path("out")) as f:
            return peak, f.read()

    def crowd(self, n):
        """KiB of the program with n connections open."""
        servers = self.servers(f"127.40.0.0/16 crowd={n}")
        kib, text = self.peak_kib(first(40, n), *self.free(
            servers, n, "--connect-timeout", "60", "--banner-timeout", "60",
            "--smtp-timeout", "120"))
        records = self.records(text, n)
        self.assertEqual(self.statuses(records), {("open", "ok"): n})
        self.assertEqual(most_open(self.events_of(servers, records)), n)
        return kib

    def idle(self):
        """The same of one connection, long enough to be looked at."""
        servers = self.servers("127.40.0.0/16 delay=1000")
        return self.peak_kib(first(40, 1), *self.free(servers, 1))[0]

    def test_ten_thousand_at_once(self):
        n = allowed_crowd()
        all_kib, idle_kib = self.crowd(n), self.idle()
        each = (all_kib - idle_kib) / n
        print(f"     {n} connections, {each:.2f} KiB each, {idle_kib} before")
        self.assertLessEqual(each, PER_CONNECTION_KIB)

    def test_memory_at_4096(self):
        n = min(4096, allowed_crowd())
        kib = self.crowd(n)
        print(f"     {n} connections, {kib / 1024:.1f} MiB in all")
        self.assertLessEqual(kib, PEAK_AT_4096_KIB)

    def test_the_slow_do_not_harm_the_others(self):
        each = min(6000, allowed_crowd()) // 3
        servers = self.servers("127.41.0.0/16 tarpit", "127.42.0.0/16 "
                               "delay=2000", "127.43.0.0/16 open")
        records, _ = self.probe(
            servers, 3 * each, *(first(net, each) for net in (41, 42, 43)),
            *self.free(servers, 3 * each, "--banner-timeout", "6"))
        for net, expected in ((41, ("tarpit", "not-asked")),
                              (42, ("open", "ok")), (43, ("open", "ok"))):
            self.assertEqual(self.statuses(
                {ip: r for ip, r in records.items()
                 if ip.startswith(f"127.{net}.")}), {expected: each})


class Manners(Load):
    """Towards each /24, by the clock of those who are connected to."""
    BLOCKS = [f"127.44.{i}" for i in range(4)]
    RATE, AT_ONCE = 2, 4

    def test_each_network_is_treated_with_care(self):
        # an immediate answer lets the rate be the limit, one after 2.5 s the
        # number at once: with the rate alone it would be five
        servers = self.servers("127.44.0.0/23 open", "127.44.2.0/23 delay=2500")
        records, events = self.probe(
            servers, 64, *(f"{b}.{16 * i}/28"
                           for i, b in enumerate(self.BLOCKS)),
            *self.options(servers, "--smtp-rate", "0", "--smtp-block-rate",
                          str(self.RATE), "--smtp-per-block",
                          str(self.AT_ONCE)))
        self.assertEqual(self.statuses(records), {("open", "ok"): 64})
        # networks take turns: all are begun with before one is gone on with
        begun = [block(e.ip) for e in events if e.what == "+"]
        self.assertEqual(set(begun[:4]), set(self.BLOCKS))
        for b in self.BLOCKS:
            own = [e for e in events if block(e.ip) == b]
            begun = [e for e in own if e.what == "+"]
            with self.subTest(b):
                self.check_rate([e.at_us for e in begun])
                self.check_order([int(e.ip.split(".")[3]) for e in begun])
                self.assertLessEqual(most_open(own), self.AT_ONCE)
                if b in self.BLOCKS[2:]:  # it was tried
                    self.assertEqual(most_open(own), self.AT_ONCE)

    def check_rate(self, times):
        """Connections half a second apart are three in a second that begins
        with one and ends with another: hence the one more. It also bears with
        a program that was held up just before one of them."""
        for seconds in range(1, 6):
            self.assertLessEqual(most_within(times, seconds * SECOND_US),
                                 seconds * self.RATE + 1)

    def check_order(self, hosts):
        neighbours = sum(abs(x - y) == 1 for x, y in zip(hosts, hosts[1:]))
        self.assertNotEqual(hosts, sorted(hosts))
        self.assertNotEqual(hosts, sorted(hosts, reverse=True))
        self.assertLess(neighbours, len(hosts) / 2)


class Excluded(Load):
    def test_the_excluded_are_left_alone(self):
        servers = self.servers("127.45.0.0/16 open")
        with open(self.path("leave"), "w") as f:
            f.write("127.45.1.128/25  # half of a block\n"
                    "127.45.2.7\n127.45.2.9-127.45.2.11\n")
        done = {f"127.45.0.{i}" for i in range(256)}
        done |= {f"127.45.1.{i}" for i in range(128)}
        done |= {f"127.45.2.{i}" for i in range(256)
                 if i not in (7, 9, 10, 11)}
        records, _ = self.probe(
            servers, len(done), "127.45.0.0/22", "--exclude", "127.45.3.0/24",
            "--exclude", "@" + self.path("leave"), *self.free(servers, 1000))
        self.assertEqual(set(records), done)
