"""Real mail servers: what the probe learns of them, and that they have nothing
to complain of: their own logs say what they were told."""
import json
import re
import socket
import unittest

from mailservers import PORT, Exim, OpenSmtpd, Postfix
from servers import in_own_network
from support import ok, wait_until

A, B, C, D, E, F = (f"127.25.0.{n}" for n in range(1, 7))
EHLO = "probe.example"
WAIT_S = 3  # of a postscreen; it counts in whole seconds
LISTED = "Client host [127.0.0.1] blocked using zen.spamhaus.org"
# what a server says of a client that was no good one
COMPLAINTS = re.compile("lost connection|unexpected disconnection|timeout|"
                        "synchronization|PREGREET|PIPELINING|BARE NEWLINE|"
                        "NON-SMTP|HANGUP|TIME LIMIT|improper command|"
                        "reason=(?!quit)|SSL_accept|TLS error|TLS library|"
                        "fatal|panic", re.I)


class Client:
    """Of a test: a connection that is held, or one that is no good."""

    def __init__(self, address, say=b""):
        self.socket = socket.create_connection((address, PORT), 30)
        self.socket.sendall(say)
        self.greeting = self.socket.recv(4096)

    def close(self):
        self.socket.close()


class Servers(unittest.TestCase):
    def serve(self, make, *how, **more):
        self.server = make(*how, **more)
        self.addCleanup(self.server.close)

    def probe(self, address, ended, *options, complaints=COMPLAINTS):
        """What snowline says of it, and what its log says until @p ended
        is in there."""
        begin = len(self.server.log())
        answers = [json.loads(line) for line in ok(
            "probe", address, "--include-reserved", "--ehlo", EHLO,
            "--progress", "none", *options).splitlines()]

        def said():
            return self.server.log()[begin:]
        wait_until(lambda: re.search(ended, said()),
                   f"{ended} in the log of {self.server.name}: {said()}")
        self.assertEqual([a["ip"] for a in answers], [address])
        self.assertIsNone(complaints.search(said()), said())
        return answers[0], said()

    def complaint(self, what):
        wait_until(lambda: what in self.server.log(), what)

    def check(self, answer, status, code, banner, ehlo="not-asked",
              capabilities=(), blocked=False):
        self.assertEqual(
            (answer["status"], answer["code"], answer["banner"],
             answer["ehlo"]["status"], answer["ehlo"]["capabilities"],
             answer["client_blocked"]),
            (status, code, banner, ehlo, list(capabilities), blocked))
        hello = {"ok": self.server.HOST, "helo": self.server.HOST,
                 "rejected": "", "closed": "", "not-asked": None}
        self.assertEqual(answer["ehlo"]["hello"], hello[ehlo])

    def check_open(self, answer, banner, capabilities, mta):
        self.check(answer, "open", 220, banner, "ok", capabilities)
        self.assertEqual(answer["mta"], mta)

    def check_tls(self, answer, version="TLSv1.3"):
        """Its certificate; what it offers is asked again inside."""
        tls, host = answer["tls"], self.server.HOST
        self.assertEqual(
            (tls["status"], tls["version"], tls["subject"], tls["issuer"],
             tls["names"], tls["self_signed"]),
            ("ok", version, host, host, [host], True))


@in_own_network
class PostfixServers(Servers):
    BANNER = f"220 {Postfix.HOST} ESMTP Postfix"
    TEASER = f"220-{Postfix.HOST} is looking at you"
    CAPABILITIES = ("PIPELINING", "SIZE 10240000", "VRFY", "ETRN",
                    "ENHANCEDSTATUSCODES", "8BITMIME", "DSN", "SMTPUTF8",
                    "CHUNKING")
    POSTSCREEN = {"postscreen_greet_wait": f"{WAIT_S}s",
                  "postscreen_greet_banner": TEASER.partition("-")[2]}
    BY_SMTPD = r"smtpd\[\d+\]: disconnect from"
    BY_POSTSCREEN = r"postscreen\[\d+\]: DISCONNECT"

    def client_access(self, result, address=A):
        """A service that says so instead of greeting."""
        return {address: ("smtpd", {
            "smtpd_client_restrictions":
                result if " " not in result else
                f"check_client_access static:{{{result}}}",
            "smtpd_delay_reject": "no"})}

    def told(self, log):
        """What smtpd counted of a session's commands."""
        return log.partition(": disconnect from unknown[127.0.0.1] ")[
            2].partition("\n")[0]

    def check_teased(self, address, ended):
        answer, log = self.probe(address, ended)
        self.assertEqual(answer["banner"], f"{self.TEASER}\n{self.BANNER}")
        self.assertEqual((answer["status"], answer["code"]), ("open", 220))
        # a second less, as it counts; one more, as we may have seen late
        # that we were connected
        self.assertGreater(answer["greeting_ms"], 1000 * (WAIT_S - 2))
        return answer, log

    def test_open(self):
        self.serve(Postfix, {A: ("smtpd", {}), B: ("smtpd", {
            "smtpd_banner": "$myhostname ESMTP $mail_name (Debian/GNU)",
            "smtpd_discard_ehlo_keywords": "chunking, etrn, vrfy"})})
        answer, log = self.probe(A, self.BY_SMTPD)
        self.check_open(answer, self.BANNER, self.CAPABILITIES, "Postfix")
        self.assertEqual(answer["tls"]["status"], "not-offered")
        self.assertEqual(self.told(log), "ehlo=1 quit=1 commands=2")
        answer, log = self.probe(B, self.BY_SMTPD)
        self.check_open(answer, f"{self.BANNER} (Debian/GNU)", (
            "PIPELINING", "SIZE 10240000", "ENHANCEDSTATUSCODES", "8BITMIME",
            "DSN", "SMTPUTF8"), "Postfix")
        self.assertEqual(self.told(log), "ehlo=1 quit=1 commands=2")

    def test_starttls(self):
        self.serve(Postfix, {
            A: ("smtpd", {"smtpd_tls_security_level": "may"}),
            B: ("smtpd", {"smtpd_tls_security_level": "encrypt",
                          "smtpd_tls_mandatory_protocols": "<=TLSv1.2"})})
        for address, version in ((A, "TLSv1.3"), (B, "TLSv1.2")):
            answer, log = self.probe(address, self.BY_SMTPD)
            self.check_open(answer, self.BANNER, self.CAPABILITIES, "Postfix")
            self.check_tls(answer, version)
            self.assertEqual(self.told(log),
                             "ehlo=2 starttls=1 quit=1 commands=4")
        with self.subTest("not asked for"):
            answer, log = self.probe(A, self.BY_SMTPD, "--no-starttls")
            self.assertEqual(answer["tls"]["status"], "not-asked")
            self.assertIn("STARTTLS", answer["ehlo"]["capabilities"])
            self.assertEqual(self.told(log), "ehlo=1 quit=1 commands=2")

    def test_starttls_of_a_postscreen(self):
        """Another program of it shakes hands then, if that is told to."""
        for is_told in (True, False):
            with self.subTest(is_told=is_told):
                self.serve(Postfix, {A: ("postscreen", self.POSTSCREEN | {
                    "postscreen_non_smtp_command_enable": "yes",
                    "postscreen_tls_security_level": "may"})}, {
                        "tlsproxy_tls_security_level":
                            "may" if is_told else "none"})
                answer, _ = self.check_teased(A, self.BY_POSTSCREEN)
                self.server.close()
                offered = answer["ehlo"]["capabilities"]
                if is_told:
                    self.check_tls(answer)
                    self.assertNotIn("STARTTLS", offered)
                else:
                    self.assertEqual(answer["tls"]["status"], "refused")
                    self.assertIn("STARTTLS", offered)

    def test_postscreen(self):
        self.serve(Postfix, {A: ("postscreen", self.POSTSCREEN)})
        answer, log = self.check_teased(A, self.BY_SMTPD)
        self.assertEqual(answer["ehlo"]["capabilities"],
                         list(self.CAPABILITIES))
        self.assertIn("PASS NEW [127.0.0.1]", log)
        self.assertEqual(self.told(log), "ehlo=1 quit=1 commands=2")
        with self.subTest("who has passed is not kept waiting"):
            answer, log = self.probe(A, self.BY_SMTPD)
            self.check_open(answer, self.BANNER, self.CAPABILITIES, "Postfix")
            self.assertIn("PASS OLD [127.0.0.1]", log)
            self.assertEqual(self.told(log), "ehlo=1 quit=1 commands=2")

    def test_postscreen_tells_of_who_speaks_first(self):
        """Else the test before would prove nothing."""
        self.serve(Postfix, {A: ("postscreen", self.POSTSCREEN)})
        Client(A, b"EHLO bot.example\r\n").close()
        self.complaint("PREGREET")

    def test_postscreen_looks_at_the_commands(self):
        """It answers EHLO itself, and looks at how it was told."""
        self.serve(Postfix, {A: ("postscreen", self.POSTSCREEN | {
            f"postscreen_{test}_enable": "yes"
            for test in ("pipelining", "non_smtp_command", "bare_newline")})})
        answer, _ = self.check_teased(A, self.BY_POSTSCREEN)
        self.check_open(answer, answer["banner"], [
            c for c in self.CAPABILITIES if c != "PIPELINING"], "Postfix")

    def test_postscreen_refuses(self):
        self.serve(Postfix, {
            A: ("postscreen", self.POSTSCREEN | {
                "postscreen_access_list": "static:reject",
                "postscreen_denylist_action": "drop"}),
            B: ("postscreen", self.POSTSCREEN | {
                "postscreen_client_connection_count_limit": "1"})})
        with self.subTest("for good, and hangs up"):
            answer, log = self.probe(A, self.BY_POSTSCREEN)
            self.check(answer, "rejected", 521,
                       "521 5.3.2 Service currently unavailable")
            self.assertIn("DENYLISTED [127.0.0.1]", log)
        with self.subTest("for now"):
            other = Client(B)
            self.addCleanup(other.close)
            self.assertTrue(other.greeting.startswith(b"220-"))
            answer, _ = self.probe(B, "NOQUEUE: reject: CONNECT")
            self.check(answer, "busy", 421,
                       "421 4.7.0 Error: too many connections")

    def test_rejected(self):
        """Nothing but QUIT follows."""
        self.serve(Postfix, self.client_access("reject", A) |
                   self.client_access(f"554 5.7.1 {LISTED}", B))
        said = "554 5.7.1 <unknown[127.0.0.1]>: Client host rejected: "
        answer, log = self.probe(A, self.BY_SMTPD)
        self.check(answer, "rejected", 554, said + "Access denied")
        self.assertEqual(self.told(log), "quit=1 commands=1")
        answer, log = self.probe(B, self.BY_SMTPD)
        self.check(answer, "rejected", 554, said + LISTED, blocked=True)
        self.assertEqual(self.told(log), "quit=1 commands=1")

    def test_busy(self):
        self.serve(Postfix,
                   self.client_access("421 4.3.2 Try again later", A) |
                   self.client_access(f"450 4.7.1 {LISTED}", B) | {
                       C: ("smtpd",
                           {"smtpd_client_connection_count_limit": "1"})})
        said = "<unknown[127.0.0.1]>: Client host rejected: "
        with self.subTest("it hangs up"):
            answer, log = self.probe(A, self.BY_SMTPD)
            self.check(answer, "busy", 421,
                       f"421 4.3.2 {said}Try again later")
            self.assertEqual(self.told(log), "commands=0/0")
        with self.subTest("it does not"):
            answer, log = self.probe(B, self.BY_SMTPD)
            self.check(answer, "busy", 450, f"450 4.7.1 {said}{LISTED}",
                       blocked=True)
            self.assertEqual(self.told(log), "quit=1 commands=1")
        with self.subTest("by connections"):
            other = Client(C)
            self.addCleanup(other.close)
            self.assertTrue(other.greeting.startswith(b"220 "))
            answer, log = self.probe(C, self.BY_SMTPD)
            self.check(answer, "busy", 421,
                       f"421 4.7.0 {self.server.HOST} Error: too many "
                       "connections from 127.0.0.1")
            self.assertEqual(self.told(log), "commands=0/0")

    def test_ehlo_refused(self):
        self.serve(Postfix, {
            A: ("smtpd", {"smtpd_command_filter":
                          "regexp:{{/^EHLO/ UNHEARD-OF}}"}),
            B: ("smtpd", {"smtpd_helo_restrictions": "reject",
                          "smtpd_delay_reject": "no"})})
        with self.subTest("not known: HELO, once"):
            answer, log = self.probe(A, self.BY_SMTPD)
            self.check(answer, "open", 220, self.BANNER, "helo")
            self.assertEqual(self.told(log),
                             "helo=1 quit=1 unknown=0/1 commands=2/3")
        with self.subTest("not liked"):
            answer, log = self.probe(B, self.BY_SMTPD)
            self.check(answer, "open", 220, self.BANNER, "rejected")
            self.assertEqual(self.told(log), "ehlo=0/1 quit=1 commands=1/2")


@in_own_network
class OpenSmtpdServers(Servers):
    BANNER = f"220 {OpenSmtpd.HOST} ESMTP OpenSMTPD"
    ENDED = "smtp disconnected"
    FILTERS = f"""\
table anyone {{ 127.0.0.0/8 }}
filter away phase connect match src <anyone> disconnect "554 5.7.1 {LISTED}"
filter later phase connect match src <anyone> disconnect "421 4.3.2 Later"
filter old phase ehlo match src <anyone> reject "502 5.5.1 Unheard of"
filter rude phase ehlo match src <anyone> disconnect "550 5.7.1 Go away"
"""

    def told(self, log):
        return re.findall("<<< (.*)", log)

    def test_open(self):
        self.serve(OpenSmtpd, {A: ""})
        answer, log = self.probe(A, self.ENDED)
        self.check_open(answer, self.BANNER, (
            "8BITMIME", "ENHANCEDSTATUSCODES", "SIZE 36700160", "DSN", "HELP"),
            "OpenSMTPD")
        self.assertEqual(answer["tls"]["status"], "not-offered")
        self.assertEqual(self.told(log), [f"EHLO {EHLO}", "QUIT"])

    def test_starttls(self):
        """This make's older versions cannot sign with OpenSSL 3, and say so;
        what was learned before that stays."""
        self.serve(OpenSmtpd, {A: f"tls pki {OpenSmtpd.HOST}"})
        answer, log = self.probe(A, self.ENDED,
                                 complaints=re.compile("timeout|reset"))
        self.assertIn("<<< STARTTLS", log)
        if "SSL routines" in log:
            self.check_open(answer, self.BANNER, (
                "8BITMIME", "ENHANCEDSTATUSCODES", "SIZE 36700160", "DSN",
                "STARTTLS", "HELP"), "OpenSMTPD")
            self.assertEqual(answer["tls"]["status"], "failed")
            self.assertEqual(self.told(log), [f"EHLO {EHLO}", "STARTTLS"])
        else:
            self.check_tls(answer)
            self.assertEqual(self.told(log), [
                f"EHLO {EHLO}", "STARTTLS", f"EHLO {EHLO}", "QUIT"])

    def test_refused(self):
        self.serve(OpenSmtpd, {A: "filter away", B: "filter later"},
                   self.FILTERS)
        answer, log = self.probe(A, self.ENDED)
        self.check(answer, "rejected", 554, f"554 5.7.1 {LISTED}",
                   blocked=True)
        self.assertLessEqual(set(self.told(log)), {"QUIT"})
        answer, log = self.probe(B, self.ENDED)
        self.check(answer, "busy", 421, "421 4.3.2 Later")
        self.assertLessEqual(set(self.told(log)), {"QUIT"})

    def test_ehlo_refused(self):
        self.serve(OpenSmtpd, {A: "filter old"}, self.FILTERS)
        answer, log = self.probe(A, self.ENDED)
        self.check(answer, "open", 220, self.BANNER, "helo")
        self.assertEqual(self.told(log),
                         [f"EHLO {EHLO}", f"HELO {EHLO}", "QUIT"])

    def test_gone_at_ehlo(self):
        """It has hung up before HELO reaches it."""
        self.serve(OpenSmtpd, {A: "filter rude"}, self.FILTERS)
        answer, log = self.probe(A, self.ENDED)
        self.check(answer, "open", 220, self.BANNER, "closed")
        self.assertEqual(self.told(log), [f"EHLO {EHLO}"])


@in_own_network
class EximServers(Servers):
    CAPABILITIES = ("SIZE 52428800", "8BITMIME", "PIPELINING", "PIPECONNECT",
                    "CHUNKING", "SMTPUTF8", "HELP")
    ENDED = "no MAIL in SMTP connection"
    REFUSED = 'rejected connection in "connect" ACL'

    def on(self, address, verb, *more):
        """What an ACL does where it is @p address that is called."""
        return f"  {verb}\n    condition = ${{if eq{{$received_ip_address}}" \
               f"{{{address}}}}}\n" + "".join(f"    {x}\n" for x in more)

    def told(self, log):
        return log.partition(" C=")[2].partition("\n")[0]

    def test_open(self):
        self.serve(Exim, [A])
        answer, log = self.probe(A, self.ENDED)
        self.assertRegex(answer["banner"],
                         rf"^220 {self.server.HOST} ESMTP Exim \d[^\n]*$")
        self.check_open(answer, answer["banner"], self.CAPABILITIES, "Exim")
        self.assertIn(f"Exim {answer['mta_version']} ", answer["banner"])
        self.assertIn("closed by QUIT", log)
        self.assertEqual(self.told(log), "EHLO,QUIT")

    def test_starttls(self):
        self.serve(Exim, [A], {"tls_advertise_hosts": "*"})
        answer, log = self.probe(A, self.ENDED)
        self.check_open(answer, answer["banner"], self.CAPABILITIES, "Exim")
        self.check_tls(answer)
        self.assertIn("closed by QUIT", log)
        self.assertEqual(self.told(log), "EHLO,STARTTLS,EHLO,QUIT")

    def test_greeting_of_three_lines(self):
        said = (f"{Exim.HOST} ESMTP Exim 4.96.2 #2",
                "We do not authorize the use of this system to transport "
                "unsolicited,", "and/or bulk e-mail.")
        self.serve(Exim, [A], {"smtp_banner": r"\n".join(said)})
        answer, log = self.probe(A, self.ENDED)
        self.check_open(answer, "220-{}\n220-{}\n220 {}".format(*said),
                        self.CAPABILITIES, "Exim")
        self.assertEqual(answer["mta_version"], "4.96.2")
        self.assertEqual(self.told(log), "EHLO,QUIT")

    def test_late_greeting(self):
        self.serve(Exim, [A, B], {
            "pipelining_connect_advertise_hosts": "",  # else EHLO may be early
            "acl_smtp_connect": "connect"}, {
                "connect": "  accept delay = 2s\n"})
        answer, log = self.probe(A, self.ENDED)
        self.check_open(answer, answer["banner"], [
            c for c in self.CAPABILITIES if c != "PIPECONNECT"], "Exim")
        self.assertGreater(answer["greeting_ms"], 1000)
        self.assertEqual(self.told(log), "EHLO,QUIT")
        with self.subTest("it tells of who speaks first"):
            Client(B, b"EHLO bot.example\r\n").close()
            self.complaint("synchronization error")

    def test_refused(self):
        """It hangs up itself."""
        self.serve(Exim, [A, B, C], {"acl_smtp_connect": "connect"}, {
            "connect": self.on(A, "deny", f"message = 5.7.1 {LISTED}") +
            self.on(B, "defer") + self.on(C, "deny") + "  accept\n"})
        answer, log = self.probe(A, self.REFUSED)
        self.check(answer, "rejected", 550, f"550 5.7.1 {LISTED}",
                   blocked=True)
        answer, log = self.probe(B, self.REFUSED)
        self.check(answer, "busy", 451,
                   "451 Temporary local problem - please try later")
        answer, log = self.probe(C, self.REFUSED)
        self.check(answer, "rejected", 550, "550 Administrative prohibition")

    def test_busy(self):
        self.serve(Exim, [A], {"smtp_accept_max_per_host": "1"})
        other = Client(A)
        self.addCleanup(other.close)
        self.assertTrue(other.greeting.startswith(b"220 "))
        answer, log = self.probe(A, "Connection from .* refused")
        self.check(answer, "busy", 421, "421 Too many concurrent SMTP "
                   "connections from this IP address; please try again later.")

    def test_ehlo_refused(self):
        is_ehlo = r"condition = ${if match{$smtp_command}{\N^EHLO\N}}"
        self.serve(Exim, [A, B], {"acl_smtp_helo": "helo"}, {
            "helo": self.on(A, "deny", is_ehlo) + self.on(B, "deny") +
            "  accept\n"})
        for address, ehlo in ((A, "helo"), (B, "rejected")):
            answer, log = self.probe(address, self.ENDED)
            self.check(answer, "open", 220, answer["banner"], ehlo)
            self.assertEqual(self.told(log), "EHLO,HELO,QUIT")
