"""A headless Chromium, spoken to by the DevTools protocol over two pipes.

It reaches nothing: no name resolves, the only proxy is a closed port.
"""
import base64
import fcntl
import json
import os
import select
import signal
import time

CHROMIUM = "/usr/bin/chromium"
OPTIONS = ["--headless=new", "--remote-debugging-pipe", "--no-first-run",
           "--disable-background-networking", "--disable-component-update",
           "--disable-sync", "--disable-default-apps", "--disable-gpu",
           "--disable-extensions", "--disable-dev-shm-usage", "--no-pings",
           "--disable-domain-reliability", "--metrics-recording-only",
           "--disable-features=OptimizationHints,MediaRouter,Translate",
           "--proxy-server=127.0.0.1:9", "--proxy-bypass-list=<-loopback>",
           "--host-resolver-rules=MAP * ~NOTFOUND", "--hide-scrollbars"]
PATIENCE_S = 120


def pipe():
    """Two ends, both beyond the numbers that the browser wants."""
    ends = os.pipe()
    moved = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 20) for fd in ends]
    for fd in ends:
        os.close(fd)
    return moved


class Browser:
    def __init__(self, folder):
        to_read, self.writes = pipe()
        self.reads, to_write = pipe()
        options = OPTIONS + ["--user-data-dir=" + folder]
        if os.getuid() == 0:
            options.append("--no-sandbox")
        log = os.path.join(folder, "browser.log")
        flags = os.O_WRONLY | os.O_CREAT
        self.pid = os.posix_spawn(
            CHROMIUM, [CHROMIUM, *options], {**os.environ, "HOME": folder},
            file_actions=[(os.POSIX_SPAWN_DUP2, to_read, 3),
                          (os.POSIX_SPAWN_DUP2, to_write, 4),
                          (os.POSIX_SPAWN_OPEN, 1, log, flags, 0o600),
                          (os.POSIX_SPAWN_DUP2, 1, 2)], setpgroup=0)
        os.close(to_read)
        os.close(to_write)
        self.left, self.n, self.events = b"", 0, []

    def receive(self):
        """The next message; what it says is bounded by our patience."""
        end = time.monotonic() + PATIENCE_S
        while b"\0" not in self.left:
            if not select.select([self.reads], [], [],
                                 max(0, end - time.monotonic()))[0]:
                raise AssertionError("the browser says nothing")
            octets = os.read(self.reads, 1 << 20)
            if not octets:
                raise AssertionError("the browser has ended")
            self.left += octets
        message, _, self.left = self.left.partition(b"\0")
        return json.loads(message)

    def call(self, method, session=None, **params):
        self.n += 1
        message = {"id": self.n, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self.writes, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.n:
                break
            self.events.append(answer)
        if "error" in answer:
            raise AssertionError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def wait_for(self, method):
        """The next event of that name; those before it are kept."""
        while True:
            for i, event in enumerate(self.events):
                if event.get("method") == method:
                    return self.events.pop(i)["params"]
            self.events.append(self.receive())

    def close(self):
        """Ends the browser and what it has started, which is its group."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os.waitpid(self.pid, 0)
        os.close(self.reads)
        os.close(self.writes)


class Page:
    """One tab of its own context. What it asked for, said and broke is kept."""

    def __init__(self, browser, width=1280, height=900, dark=False):
        self.browser = browser
        self.target = browser.call("Target.createTarget",
                                   url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget",
                                    targetId=self.target,
                                    flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log", "Audits"):
            self.call(domain + ".enable")
        self.resize(width, height)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme",
             "value": "dark" if dark else "light"}])

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def resize(self, width, height):
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=1, mobile=False)

    def open(self, path, fragment=""):
        self.call("Page.navigate", url="file://" + path + fragment)
        self.browser.wait_for("Page.loadEventFired")

    def run(self, expression):
        """The value of an expression in the page; a promise is waited for."""
        answer = self.call("Runtime.evaluate", expression=expression,
                           returnByValue=True, awaitPromise=True,
                           userGesture=True)
        if "exceptionDetails" in answer:
            raise AssertionError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def key(self, key, code=0):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key,
                      windowsVirtualKeyCode=code,
                      text="\r" if key == "Enter" and kind == "keyDown"
                      else "")

    def click(self, x, y):
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y,
                      button="none" if kind == "mouseMoved" else "left",
                      clickCount=1)

    def screenshot(self, path, whole=False):
        data = self.call("Page.captureScreenshot",
                         captureBeyondViewport=whole)["data"]
        with open(path, "wb") as f:
            f.write(base64.b64decode(data))

    def pdf(self):
        return base64.b64decode(self.call("Page.printToPDF")["data"])

    def told(self, *methods):
        """Events of these names so far."""
        self.run("0")  # what was sent before has come by now
        return [e["params"] for e in self.browser.events
                if e.get("method") in methods and
                e.get("sessionId") == self.session]

    def complaints(self):
        """Errors, warnings and violations that the page has caused."""
        return (self.told("Runtime.exceptionThrown", "Audits.issueAdded") +
                [e for e in self.told("Log.entryAdded")
                 if e["entry"]["level"] in ("error", "warning")] +
                [e for e in self.told("Runtime.consoleAPICalled")
                 if e["type"] in ("error", "warning", "assert")])

    def requests(self):
        return [e["request"]["url"]
                for e in self.told("Network.requestWillBeSent")]
