"""The page of `report`, opened in a real browser that can reach nothing."""
import csv
import json
import os
import re
import shutil
import tempfile
import unittest

from browser import Browser, Page
from support import ROOT, Case, ok

SEEN = "2018-05-20T11:02:33Z"
LONG = ".".join(["x" * 62] * 4)[:249] + ".com"  # 253 octets
OWNED = "document.title='owned'"
HOSTILE = [
    f"<script>{OWNED}</script>.evil.com",
    f"</script><script>{OWNED}</script>.evil.com",
    f"<img/src=http://127.0.0.1:9/x/onerror={OWNED}>.evil.com",
    "\u202egnp.exe.evil.com", "a\u2028b\u2029c.evil.com",
    "\"'&amp;`${1}.evil.com", "zero\u200bwidth\ufeff.evil.com",
    "ctl\u0001\u001b[31m.evil.com", LONG,
]
BANNER = (f"220 </script><script>{OWNED}</script> \u202eESMTP\n"
          f"220 \u0007<svg/onload={OWNED}>")
REGISTRAR = f"<b onmouseover={OWNED}>\u202eNames & \"Sons\"</b>"


def article():
    """{address: name} of the article's table."""
    with open(os.path.join(ROOT, "tests", "lab", "case-study-2018.csv")) as f:
        return {r["ip"]: r["ptr"] for r in csv.DictReader(f)
                if r["ip"] and r["ptr"]}


def word(n):
    """A name for a number; nothing in it counts."""
    parts = ["ka", "lo", "mi", "ne", "ru", "ta", "vo", "zi"]
    return "".join(parts[n >> 3 * i & 7] for i in range(6))


class Report(Case):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="snowline-browser.", dir="/tmp")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.browser = Browser(cls.folder)
        cls.addClassCleanup(cls.browser.close)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as f:
            f.write(text)
        return self.path(name)

    def domains(self, registrar="Example Names"):
        names = {".".join(n.split(".")[-2:]) for n in article().values()}
        rows = [["domain", "created", "registrar", "iana_id"]] + [
            [n, f"2017-11-{3 + i % 3:02}", registrar, 64500]
            for i, n in enumerate(sorted(names))]
        with open(self.path("domains.csv"), "w", newline="") as f:
            csv.writer(f).writerows(rows)
        return self.path("domains.csv")

    def stored(self, names=(), banner="220 {} ESMTP Postfix", registrar=None):
        """A store with the article's names, greeted, and @p names beside."""
        records = []
        for address, name in article().items():
            records.append({"ip": address, "status": "name", "names": [name],
                            "time": SEEN})
            records.append({"ip": address, "port": 25, "status": "open",
                            "banner": banner.replace("{}", name), "code": 220,
                            "time": SEEN})
        for i, name in enumerate(names):
            records.append({"ip": f"51.255.21.{i + 10}", "status": "name",
                            "names": [name], "time": SEEN})
        text = "".join(json.dumps(r) + "\n" for r in records)
        ok("import", self.path("s.db"), self.write("r.ndjson", text),
           "--domains", self.domains(registrar or "Example Names"))
        return self.path("s.db")

    def report(self, store, *options):
        ok("report", store, "-o", self.path("r.html"), "--tier", "context",
           *options)
        return self.path("r.html")

    def open(self, path, fragment="", **more):
        page = Page(self.browser, **more)
        page.open(path, fragment)
        self.assertEqual(page.complaints(), [])
        return page

    def assert_quiet(self, page, path):
        """Nothing was complained of, nothing but the file was asked for."""
        self.assertEqual(page.complaints(), [])
        self.assertEqual({u.split("#")[0] for u in page.requests()},
                         {"file://" + path})
        self.assertTrue(page.run("document.title").startswith("snowline: "))

    def shown(self, page):
        """Addresses of the rows in the order of the page."""
        return page.run(
            "[...document.querySelectorAll('#list tr[data-i]')]"
            ".filter(r => !r.hidden).map(r => r.id.slice(2))")

    def found(self, store):
        return self.findings_of(store, "--tier", "context")

    def test_it_opens_and_asks_for_nothing(self):
        store = self.stored()
        path = self.report(store, "--reporter-org", "Desk",
                           "--reporter-contact", "abuse@desk.example")
        page = self.open(path)
        text = page.run("document.body.innerText")
        for words in ("51.255.21.224/30", "Desk, abuse@desk.example",
                      "A resemblance, not a verdict", "38 with a name"):
            self.assertIn(words, text)
        self.assertEqual(set(self.shown(page)),
                         {f["finding_id"] for f in self.found(store)})
        self.assertTrue(page.run("document.querySelectorAll('.chart g').length"
                                 " > 2"))
        self.assert_quiet(page, path)

    def test_columns_sort(self):
        store = self.stored()
        page = self.open(self.report(store))
        known = {f["finding_id"]: f for f in self.found(store)}
        before = self.shown(page)
        for column, key in (("score", lambda f: -f["score"]),
                            ("ips", lambda f: -f["ip_count"]),
                            ("domains", lambda f: f["domains"][0]),
                            ("created", lambda f: f["created_min"])):
            click = (f"document.querySelector('th[data-sort={column}] button')"
                     ".click()")
            with self.subTest(column):
                page.run(click)
                keys = [key(known[i]) for i in self.shown(page)]
                self.assertEqual(keys, sorted(keys))
                self.assertIn(page.run(
                    f"document.querySelector('th[data-sort={column}]')"
                    ".getAttribute('aria-sort')"), ("ascending", "descending"))
                page.run(click)
                keys = [key(known[i]) for i in self.shown(page)]
                self.assertEqual(keys, sorted(keys, reverse=True))
                page.run(click)
                self.assertEqual(self.shown(page), before)

    def test_a_narrow_screen_sorts_by_a_list(self):
        page = self.open(self.report(self.stored()), width=400)
        before = self.shown(page)
        self.assertTrue(page.run("document.getElementById('sort')"
                                 ".offsetWidth > 0"))
        for value in ("ips", ""):
            page.run(f"document.getElementById('sort').value = '{value}';"
                     "document.getElementById('sort')"
                     ".dispatchEvent(new Event('change'))")
            counts = page.run("[...document.querySelectorAll('td.ips')]"
                              ".map(c => Number(c.textContent))")
            if value:
                self.assertEqual(counts, sorted(counts, reverse=True))
        self.assertEqual(self.shown(page), before)

    def filter(self, page, text):
        page.run("(() => { const f = document.getElementById('filter-text');"
                 f"f.value = {json.dumps(text)};"
                 "f.dispatchEvent(new Event('input')); })()")
        return self.shown(page)

    def test_the_list_filters(self):
        store = self.stored()
        page = self.open(self.report(store))
        known = self.found(store)
        every = self.shown(page)
        self.assertEqual(
            set(self.filter(page, "BlueOmb")),
            {f["finding_id"] for f in known if "blueomb.com" in f["domains"]})
        self.assertIn(f"of {len(every)} findings", page.run(
            "document.getElementById('count').textContent"))
        run = next(f for f in known if f["kind"] == "run")
        self.assertIn(run["finding_id"], self.filter(page, run["last_ip"]))
        self.assertEqual(self.filter(page, "nobody-has-this"), [])
        self.assertEqual(self.filter(page, ""), every)
        page.run("document.getElementById('filter-kind').value = 'run';"
                 "document.getElementById('filter-kind')"
                 ".dispatchEvent(new Event('change'))")
        self.assertEqual(set(self.shown(page)), {
            f["finding_id"] for f in known if f["kind"] == "run"})
        for f in known:
            page.run("document.getElementById('filter-%s').checked || "
                     "document.getElementById('filter-%s').click()"
                     % (f["tier"], f["tier"]))
        page.run("['high', 'review', 'context'].forEach(t => "
                 "document.getElementById('filter-' + t).click())")
        self.assertEqual(self.shown(page), [])

    def opened(self, page):
        return page.run("[...document.querySelectorAll('tr.detail')]"
                        ".map(d => d.id.slice(2))")

    def cell(self, page, address):
        """Where the middle of an address's cell is on the screen, once its
        strip is drawn and lies still."""
        a, b, c, d = (int(x) for x in address.split("."))
        block = (a << 16) + (b << 8) + c
        return page.run(f"""(async () => {{
            const strip = document.getElementById('b-{block}');
            const frame = () => new Promise(requestAnimationFrame);
            let box, top, still = 0;
            while (still < 5) {{
                strip.scrollIntoView({{ block: 'center' }});
                await frame();
                top = box?.top;
                box = strip.querySelector('canvas')?.getBoundingClientRect();
                still = box?.width > 1 && box.top === top ? still + 1 : 0;
            }}
            const lines = Math.round(box.height / 30);
            const per = 256 / lines;
            return [box.left + ({d} % per + .5) * box.width / per,
                    box.top + (Math.floor({d} / per) + .6) *
                    box.height / lines];
        }})()""")

    def test_a_click_on_the_map_leads_to_the_finding(self):
        store = self.stored()
        for width in (1280, 420):
            page = self.open(self.report(store), width=width)
            for f in self.found(store):
                if f["kind"] != "run":
                    continue
                with self.subTest(f["cidrs"], width=width):
                    page.click(*self.cell(page, f["last_ip"]))
                    self.assertEqual(page.run("location.hash"),
                                     "#f-" + f["finding_id"])
                    self.assertIn(f["finding_id"], self.opened(page))
                    page.run("document.querySelectorAll("
                             "'[aria-expanded=true]').forEach(b => b.click())")
            self.assertEqual(self.opened(page), [])
            self.assertEqual(page.complaints(), [])

    def test_hover_tells_the_name(self):
        page = self.open(self.report(self.stored()))
        address, name = list(article().items())[1]
        page.click(*self.cell(page, address))
        x, y = self.cell(page, address)
        page.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        tip = page.run("document.getElementById('tip').innerText")
        self.assertIn(address, tip)
        self.assertIn(name, tip)
        self.assertIn("takes mail", tip)

    def test_the_keyboard_is_enough(self):
        store = self.stored()
        page = self.open(self.report(store))
        page.key("Tab", 9)
        self.assertEqual(page.run("document.activeElement.className"), "skip")
        page.run("document.getElementById('strips').focus()")
        first = page.run("document.querySelector('.strip').id.slice(2)")
        page.key("PageDown", 34)
        said = page.run("document.getElementById('said').textContent")
        self.assertRegex(said, r"^\d+\.\d+\.\d+\.\d+, .*(run|strip|campaign)")
        self.assertEqual(self.opened(page), [])
        page.key("Enter", 13)
        self.assertEqual(len(self.opened(page)), 1)
        f = next(f for f in self.found(store)
                 if f["finding_id"] == self.opened(page)[0])
        a, b, c, _ = (int(x) for x in f["first_ip"].split("."))
        self.assertEqual(int(first), (a << 16) + (b << 8) + c)
        page.run("document.querySelector('[aria-expanded=false]').focus()")
        page.key("Enter", 13)
        self.assertEqual(len(self.opened(page)), 2)

    def test_details_tell_what_is_known(self):
        store = self.stored()
        known = self.found(store)
        f = next(f for f in known if f["kind"] == "run")
        page = self.open(self.report(store), "#f-" + f["finding_id"])
        self.assertEqual(self.opened(page), [f["finding_id"]])
        text = page.run("document.querySelector('tr.detail').innerText")
        names = {a: n for a, n in article().items() if n.endswith(
            f["domains"][0])}
        for a, n in names.items():
            self.assertIn(a, text)
            self.assertIn(f"220 {n} ESMTP Postfix", text)
        for words in f["cidrs"] + [c.split(": ", 1)[1] for c in f["claims"]]:
            self.assertIn(words, text)
        for c in f["caveats"]:
            self.assertIn(c.strip(), text)
        points = page.run("[...document.querySelectorAll('.score tbody tr')]"
                          ".map(r => [2, 3].map(i => r.cells[i].innerText))")
        known = [(float(w), float(p)) for w, p in points if w != "\u2013"]
        self.assertAlmostEqual(sum(p for _, p in known) * 100 /
                               sum(w for w, _ in known), f["score"], delta=.5)

    def copied(self, page, i):
        """What a button of an open finding copies, pasted into the filter."""
        page.run(f"document.querySelectorAll('.copy')[{i}].click();"
                 "new Promise(r => setTimeout(r, 300))")
        self.assertEqual(page.run(
            f"document.querySelectorAll('.copy')[{i}].textContent"), "Copied")
        page.run("document.getElementById('filter-text').value = '';"
                 "document.getElementById('filter-text').focus()")
        page.call("Input.dispatchKeyEvent", type="keyDown", commands=["paste"])
        page.run("new Promise(r => setTimeout(r, 100))")
        return page.run("document.getElementById('filter-text').value")

    def test_copies_are_exact(self):
        store = self.stored()
        f = next(f for f in self.found(store) if f["kind"] == "run" and
                 len(f["cidrs"]) > 1)
        page = self.open(self.report(store), "#f-" + f["finding_id"])
        # a field of one line has its own idea of line ends
        self.assertEqual("".join(self.copied(page, 0).split()),
                         "".join(f["cidrs"]))
        # where there is no clipboard but a selection
        page.run("Object.defineProperty(navigator, 'clipboard', "
                 "{ value: undefined })")
        self.assertEqual(self.copied(page, 1).strip(), f["domains"][0])
        text = self.copied(page, 2)
        for words in (f["finding_id"], f["first_ip"], "no verdict"):
            self.assertIn(words, text)

    def test_light_dark_and_paper(self):
        store = self.stored()
        path = self.report(store)
        ground = {}
        for dark in (False, True):
            page = self.open(path, dark=dark)
            ground[dark] = page.run("getComputedStyle(document.body)"
                                    ".backgroundColor")
            self.assert_contrast(page)
        self.assertNotEqual(ground[False], ground[True])
        pdf = page.pdf()
        self.assertTrue(pdf.startswith(b"%PDF"))
        self.assertGreater(len(re.findall(rb"/Type\s*/Page\b", pdf)), 3)
        self.assertEqual(self.opened(page), [])  # and closed again
        self.assert_quiet(page, path)

    def drawn(self, page):
        """What the map and its legend look like."""
        return page.run("[...document.querySelectorAll('#map canvas')]"
                        ".map(c => c.toDataURL())")

    def test_what_is_drawn_follows_the_colours(self):
        path = self.report(self.stored())
        light, dark = (self.open(path, dark=dark) for dark in (False, True))
        self.assertNotEqual(self.drawn(light)[:5], self.drawn(dark)[:5])
        for page in (light, dark):  # paper is light for everybody
            page.run("window.dispatchEvent(new Event('beforeprint'))")
        self.assertEqual(self.drawn(light), self.drawn(dark))
        dark.run("window.dispatchEvent(new Event('afterprint'))")
        self.assertNotEqual(self.drawn(light)[:5], self.drawn(dark)[:5])
        before = self.drawn(dark)[0]
        dark.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "light"}])
        dark.run(f"""(async () => {{
            while (document.querySelector('#map canvas').toDataURL() ===
                {json.dumps(before)}) {{
                await new Promise(requestAnimationFrame);
            }}
        }})()""")
        self.assertEqual(self.drawn(light), self.drawn(dark))

    def test_unfolded_strips_are_where_the_keys_go_on(self):
        page = self.open(self.report(self.big(2, 8)))
        page.run("[...document.querySelectorAll('.fold')].at(-1).focus()")
        net = re.search(r"finding, (\S*\.)0/24", page.run(
            "document.activeElement.textContent"))[1]
        page.key("Enter", 13)
        page.key("ArrowRight", 39)
        said = page.run("document.getElementById('said').textContent")
        self.assertTrue(said.startswith(net + "1, "), said)

    def test_a_link_to_nothing_does_no_harm(self):
        self.stored()
        for fragment in ("#%E0%A4", "#f-%", "#f-c0", "#f-__proto__"):
            page = self.open(self.report(self.path("s.db")), fragment)
            self.assertEqual(self.opened(page), [])

    def assert_contrast(self, page):
        """WCAG 2.2 §1.4.3 of what a colour is named for."""
        low = page.run("""(() => {
            const style = getComputedStyle(document.documentElement);
            const light = (name) => {
                const n = parseInt(style.getPropertyValue(name).trim()
                    .slice(1), 16);
                const part = (v) => (v /= 255) <= .04045 ? v / 12.92 :
                    ((v + .055) / 1.055) ** 2.4;
                return .2126 * part(n >> 16) + .7152 * part(n >> 8 & 255) +
                    .0722 * part(n & 255);
            };
            const ratio = (a, b) => {
                const [x, y] = [light(a), light(b)];
                return (Math.max(x, y) + .05) / (Math.min(x, y) + .05);
            };
            const text = ['text', 'quiet', 'accent', 'high', 'review',
                'context'].flatMap(a => ['surface', 'ground', 'track']
                .map(b => [a, b, 4.5]));
            const badges = ['high', 'review', 'context']
                .map(a => [a, a + '-ground', 4.5]);
            const marks = ['hue0', 'hue1', 'hue2', 'hue3', 'hue4', 'hue5',
                'hue6', 'hue7', 'own', 'failed', 'pending']
                .map(a => [a, 'track', 3]);
            return [...text, ...badges, ...marks, ['text', 'burst', 4.5]]
                .filter(([a, b, least]) => ratio('--' + a, '--' + b) < least)
                .map(([a, b]) => a + ' on ' + b);
        })()""")
        self.assertEqual(low, [])

    def test_it_fits_a_narrow_screen(self):
        f = next(iter(self.found(self.stored())))
        page = self.open(self.report(self.path("s.db")),
                         "#f-" + f["finding_id"], width=400)
        self.assertEqual(page.run("document.documentElement.scrollWidth"), 400)

    def test_what_a_link_leads_to_is_not_covered(self):
        for width in (400, 600, 900, 1280):
            page = self.open(self.report(self.stored()), width=width)
            for link in ("#map", "#findings"):
                page.run(f"document.querySelector('nav [href=\"{link}\"]')"
                         ".click(); new Promise(requestAnimationFrame)")
                self.assertGreaterEqual(*page.run(f"""[
                    document.querySelector('{link} h2')
                        .getBoundingClientRect().top,
                    document.querySelector('header')
                        .getBoundingClientRect().bottom]"""), (width, link))

    def test_a_burst_is_told_in_full(self):
        """Wherever it lies: half of a p is another one."""
        store = self.stored()
        for years in ("1998", "2023"):  # before it or after it another one
            path = self.write("more.csv", "domain,created\n"
                              f"blueomb.com,{years}-01-01\n")
            page = self.open(self.report(store, "--domains", path))
            label = page.run("document.querySelector('.burst text')"
                             ".textContent")
            self.assertRegex(label, r"^\d+ domains .* p = \d.*\d$")
            self.assertEqual(page.run(
                "[...document.querySelectorAll('.chart text')]"
                ".map(t => t.getBBox())"
                ".filter(b => b.x < 0 || b.x + b.width > 960).length"), 0)

    def test_without_scripts_there_is_a_table(self):
        store = self.stored()
        page = Page(self.browser)
        page.call("Emulation.setScriptExecutionDisabled", value=True)
        page.open(self.report(store))
        document = page.call("DOM.getDocument", depth=0)["root"]["nodeId"]
        html = page.call("DOM.getOuterHTML", nodeId=document)["outerHTML"]
        self.assertIn('<section id="map" aria-labelledby="map-title" '
                      'hidden=""', html)
        self.assertNotIn("<canvas", html)
        self.assertNotIn('class="js"', html)  # which keeps rows for later
        for f in self.found(store):
            self.assertIn(f'id="f-{f["finding_id"]}"', html)
            self.assertIn(f["domains"][0], html)

    def test_what_is_foreign_stays_text(self):
        store = self.stored(HOSTILE, BANNER, REGISTRAR)
        customers = self.write("a.csv", "cidr,customer\n51.255.0.0/16,"
                               f"<img src=x onerror={OWNED}>\n")
        path = self.report(store, "--allocations", customers)
        page = self.open(path, width=900)
        page.run("document.querySelectorAll('.toggle, .fold')"
                 ".forEach(b => b.click())")
        page.run("document.querySelectorAll('details')"
                 ".forEach(d => d.open = true)")
        self.assert_quiet(page, path)
        self.assertEqual(page.run("document.querySelectorAll("
                                  "'script, img, b[onmouseover], svg[onload]')"
                                  ".length"), 3)  # two scripts, the data
        text = page.run("document.body.innerText")
        for shown in ("</script><script>", "\\u{202E}ESMTP", "\\x07<svg",
                      "\\u{202E}Names & \"Sons\"</b>", "<img src=x"):
            self.assertIn(shown, text)
        for hidden in "\u202e\u2028\u2029\u200b\ufeff\u0001\u001b\u0007":
            self.assertNotIn(hidden, text)
        self.assertEqual(page.run("document.documentElement.scrollWidth"), 900)
        self.assert_tips(page, path)

    def assert_tips(self, page, path):
        """Names of the map, as the pointer shows them."""
        shown = {i: page.run("document.getElementById('tip').innerText")
                 for i in range(len(HOSTILE))
                 if self.point_at(page, f"51.255.21.{i + 10}")}
        self.assertIn("51.255.21.10", shown[0])
        self.assertIn(LONG, shown[len(HOSTILE) - 1].replace("\n", ""))
        for i, text in ((0, "<script>"), (1, "</script>"), (2, "onerror="),
                        (3, "\\226\\128\\174gnp"), (5, "&amp;`${1}"),
                        (6, "zero\\226\\128\\139"), (7, "\\027[31m")):
            self.assertIn(text, shown[i])
        self.assertLessEqual(page.run(
            "document.getElementById('tip').getBoundingClientRect().right"),
            900)
        self.assert_quiet(page, path)

    def point_at(self, page, address):
        x, y = self.cell(page, address)
        page.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        return True

    def big(self, n_runs, n_blocks):
        """A store of so many /24s below 10/8, and runs spread over them."""
        with open(self.path("big.csv"), "w") as f, \
                open(self.path("dates.csv"), "w") as dates:
            f.write("ip,ptr\n")
            dates.write("domain,created,registrar,iana_id\n")
            for b in range(n_blocks):
                net = f"10.{b >> 8}.{b & 255}"
                f.writelines(f"{net}.{i},ip-{i}-{b}.static.provider.net\n"
                             for i in range(0, 256, 2))
                for r in range(b * n_runs // n_blocks,
                               (b + 1) * n_runs // n_blocks):
                    name, at = word(r) + ".com", 1 + r * 11 % 200
                    dates.write(f"{name},2018-0{1 + r % 4}-{1 + r % 28:02},"
                                f"Registrar {r % 5},{900 + r % 5}\n")
                    f.writelines(
                        f"{net}.{at + i},{'m%d.' % i if i else ''}{name}\n"
                        for i in range(0, 12, 2))
        ok("import", self.path("big.db"), self.path("big.csv"), "--domains",
           self.path("dates.csv"), "--now", "2018-06-01T00:00:00Z")
        return self.path("big.db")

    def test_large_ones_stay_small(self):
        path = self.report(self.big(2000, 4096))
        self.assertLess(os.path.getsize(path), 10_000_000)
        page = self.open(path)
        self.assertGreaterEqual(len(self.shown(page)), 2000)
        page.run("""(async () => {
            while (document.querySelector('#list .later')) {
                await new Promise(r => setTimeout(r, 50));
            }
        })()""")
        self.assertEqual(page.run("[...document.querySelectorAll('#list "
                                  "tr[data-i]')].filter(r => !r.offsetHeight)"
                                  ".length"), 0)
        # drawn as far as it is seen, made when it is opened
        self.assertEqual(self.opened(page), [])
        self.assertLess(page.run("document.querySelectorAll('canvas').length"),
                        200)
        page.run("document.querySelector('.overview').scrollIntoView("
                 "{ block: 'center' })")
        x, y, size = page.run("""(() => {
            const box = document.querySelector('.overview canvas')
                .getBoundingClientRect();
            return [box.left, box.top, box.width / 64];
        })()""")
        page.click(x + size * 63.5, y + size / 2)  # the curve's other end
        page.run("new Promise(r => setTimeout(r, 200))")
        self.assertTrue(page.run("(() => { const box = document.getElementById"
                                 "('b-' + (10 * 65536 + 4095))"
                                 ".getBoundingClientRect();"
                                 "return box.top > 0 && box.bottom < 900; })()"
                                 ))
        self.assertEqual(page.run("document.activeElement.id"), "strips")
        page.run("document.querySelector('.overview .frame').focus()")
        page.key("ArrowDown", 40)
        said = page.run("document.getElementById('said').textContent")
        net = re.match(r"10\.(\d+)\.(\d+)\.0/24, .*made by its provider", said)
        self.assertTrue(net, said)
        page.key("Enter", 13)
        self.assertTrue(page.run("document.getElementById('b-%d') !== null" % (
            10 * 65536 + int(net[1]) * 256 + int(net[2]))))
        self.assert_quiet(page, path)
        self.assert_paper_has_an_end(page)

    def assert_paper_has_an_end(self, page):
        """What is not drawn leaves no room, and it is said."""
        n = page.run("document.querySelectorAll('.strip').length")
        page.run("window.dispatchEvent(new Event('beforeprint'))")
        page.call("Emulation.setEmulatedMedia", media="print")
        shown, drawn = page.run("""[".strip", ".strip .frame"].map(q =>
            [...document.querySelectorAll(q)].filter(s => s.offsetHeight)
            .length)""")
        self.assertEqual(shown, drawn)
        self.assertTrue(200 <= shown < n, shown)
        self.assertIn("first 200 /24s", page.run(
            "document.getElementById('not-printed').textContent"))

    def test_too_many_findings_are_told(self):
        path = self.report(self.big(4100, 2048))
        page = self.open(path)
        shown = self.shown(page)
        self.assertGreaterEqual(len(shown), 4000)
        # none without what it belongs to
        self.assertEqual(page.run(
            "JSON.parse(document.getElementById('data').textContent).findings"
            ".filter(f => !document.getElementById('f-' + f.finding_id))"
            ".length"), 0)
        text = page.run("document.querySelector('#findings .warning')"
                        ".textContent")
        more = int(re.match(r"(\d+) more findings", text)[1])
        listed = len(self.findings_of(self.path("big.db"), "--tier",
                                      "context"))
        self.assertEqual(len(shown) + more, listed)
        self.assert_quiet(page, path)

    def test_what_chance_scores_is_told(self):
        page = self.open(self.report(self.stored(), "--decoys", "3"))
        self.assertIn("What chance scores, by 3 shuffles", page.run(
            "document.getElementById('summary').innerText"))

    def test_larger_ones_show_findings_alone(self):
        rows = "".join(f"10.{b >> 8}.{b & 255}.1,a{b}.provider.net\n"
                       for b in range(16384))
        rows += "".join(f"{a},{n}\n" for a, n in article().items())
        ok("import", self.path("s.db"), self.write("n.csv", "ip,ptr\n" + rows),
           "--domains", self.domains())
        path = self.report(self.path("s.db"))
        page = self.open(path)
        nets = {a.rsplit(".", 1)[0] + ".0/24" for a in article()}
        self.assertEqual(set(page.run(
            "[...document.querySelectorAll('.strip .net')]"
            ".map(n => n.textContent)")), nets)
        self.assertIn("16,384 /24s without a finding are left out",
                      page.run("document.getElementById('map').innerText"))
        self.assert_quiet(page, path)

    def test_what_does_not_fit_is_said(self):
        with open(self.path("wide.csv"), "w") as f:
            f.write("ip,ptr\n")
            for i in range(60000):
                f.write(f"10.0.{i >> 8}.{i & 255},{word(i)}.{'y' * 60}."
                        f"{'z' * 60}.{'w' * 40}.{word(i // 64)}.com\n")
        ok("import", self.path("wide.db"), self.path("wide.csv"))
        path = self.report(self.path("wide.db"))
        self.assertLess(os.path.getsize(path), 10_000_000)
        with open(path, encoding="utf-8") as f:
            left = int(re.search(r'"addressesLeftOut":(\d+)', f.read())[1])
        self.assertGreater(left, 0)
        page = self.open(path)
        page.run("document.querySelector('.toggle').click()")
        self.assertIn("evidence-csv",
                      page.run("document.querySelector('tr.detail')"
                               ".innerText"))


if __name__ == "__main__":
    unittest.main()
