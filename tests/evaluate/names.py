"""Names that nobody has: made-up syllables below .example."""

FIRST = ["tam", "bru", "kel", "vor", "lin", "mar", "oster", "pel", "quen",
         "ras", "sel", "thor", "ul", "ves", "wil", "yar", "ander", "bol",
         "cor", "dren", "fal", "gris", "hol", "ir", "jor", "kan", "lod",
         "mun", "nar", "orb", "pri", "rov"]
SECOND = ["wick", "feld", "mont", "gate", "brook", "haven", "stad", "vale",
          "ridge", "mere", "holm", "by", "dorf", "sund", "berg", "lund"]
TRADES = ["joinery", "optics", "cycles", "bakery", "legal", "dental",
          "garden", "motors", "studio", "press", "travel", "foods",
          "roofing", "yoga", "wines", "toys", "audio", "parts", "systems",
          "group", "media", "labs", "clinic", "school"]
# pieces of words, as in names that are made by the dozen
PIECES = ["comm", "erci", "eop", "ard", "high", "pla", "oun", "ge", "brid",
          "gew", "dab", "le", "sta", "rin", "mov", "est", "tru", "cke", "ban",
          "dle", "fro", "sty", "gla", "zer", "pom", "ela", "nut", "wor", "thy"]
PITCHES = ["best", "daily", "smart", "prime", "value", "health", "savings",
           "offers", "deals", "news", "club", "promo", "plus", "choice",
           "secure", "quote"]
PEOPLE = ["anna", "ben", "carla", "dario", "elif", "femke", "goran", "hana"]
DEVICES = ["laptop", "phone", "printer", "tablet", "desktop"]

# what registries of the last two publish is neither date nor registrar
SUFFIXES = {"com.example": 54, "net.example": 10, "org.example": 8,
            "info.example": 5, "biz.example": 4, "co.example": 4,
            "co.uk.example": 6, "de.example": 6, "eu.example": 3}
UNDATED = {"de.example", "eu.example"}


class Names:
    """Each name is given out once."""

    def __init__(self, rng):
        self.rng = rng
        self.given = set()

    def fresh(self, make, suffix=None):
        while True:
            end = suffix or self.rng.choices(list(SUFFIXES),
                                             SUFFIXES.values())[0]
            name = f"{make()}.{end}"
            if name not in self.given:
                self.given.add(name)
                return name

    def company(self, suffix=None):
        r = self.rng
        shapes = [lambda: r.choice(FIRST) + r.choice(SECOND) +
                  r.choice(["-", ""]) + r.choice(TRADES),
                  lambda: r.choice(FIRST) + r.choice(FIRST) +
                  r.choice(SECOND),
                  lambda: r.choice(FIRST) + r.choice(SECOND) +
                  r.choice(FIRST)]
        return self.fresh(r.choice(shapes), suffix)

    def brand(self, stem, suffix="com.example"):
        return self.fresh(lambda: stem + self.rng.choice(TRADES), suffix)

    def stem(self):
        return self.rng.choice(FIRST) + self.rng.choice(SECOND)

    def fragments(self, suffix):
        r = self.rng
        return self.fresh(lambda: "".join(r.choices(PIECES, k=4)), suffix)

    def pitch(self, suffix):
        r = self.rng
        return self.fresh(lambda: "".join(r.sample(PITCHES, 2)) +
                          r.choice(["", r.choice(FIRST)]), suffix)

    def random(self, suffix):
        r = self.rng
        return self.fresh(lambda: "".join(
            r.choices("bcdfghjklmnpqrstvwxz0123456789", k=9)), suffix)

    def label(self):
        """A host label that few would choose."""
        r = self.rng
        return "".join(r.choice("bcdfghklmnprstvz") + r.choice("aeiou")
                       for _ in range(r.choice([2, 3])))
