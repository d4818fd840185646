"""Made-up secrets and where people leave them: the corpus that no prompt may ever show. The same at every run.

Nothing here is real, and no secret is written in this file: each is put together when it is asked for, the telling
beginnings from halves, so that scanners have no reason to be alarmed by this repository.
"""

from __future__ import annotations

import base64
import random
import string
from collections.abc import Iterator
from dataclasses import dataclass

LETTERS, UPPER, LOWER = string.ascii_letters, string.ascii_uppercase, string.ascii_lowercase
BASE62 = LETTERS + string.digits
BASE64 = BASE62 + "+/"
URLSAFE = BASE62 + "-_"
HEX = "0123456789abcdef"

# A kind, and its form: halves of the beginning, then alphabets with lengths, or literal text between.
FORMS: list[tuple[str, list[object]]] = [
    ("aws access key", ["AK", "IA", (UPPER + "234567", 16)]),
    ("aws temporary key", ["AS", "IA", (UPPER + "234567", 16)]),
    ("github personal", ["gh", "p_", (BASE62, 36)]),
    ("github oauth", ["gh", "o_", (BASE62, 36)]),
    ("github server", ["gh", "s_", (BASE62, 36)]),
    ("github fine-grained", ["github", "_pat_", (BASE62, 22), "_", (BASE62, 59)]),
    ("gitlab personal", ["gl", "pat-", (URLSAFE, 20)]),
    ("gitlab runner", ["gl", "rt-", (URLSAFE, 20)]),
    ("slack bot", ["xo", "xb-", (string.digits, 12), "-", (string.digits, 12), "-", (BASE62, 24)]),
    ("slack user", ["xo", "xp-", (string.digits, 12), "-", (string.digits, 12), "-", (HEX, 32)]),
    ("slack app", ["xa", "pp-1-A", (UPPER, 9), "-", (string.digits, 13), "-", (HEX, 64)]),
    ("slack webhook", ["hooks.slack", ".com/services/T", (UPPER, 8), "/B", (UPPER, 8), "/", (BASE62, 24)]),
    ("discord webhook", ["discord", ".com/api/webhooks/", (string.digits, 18), "/", (URLSAFE, 68)]),
    ("stripe live", ["sk_", "live_", (BASE62, 24)]),
    ("stripe test", ["sk_", "test_", (BASE62, 24)]),
    ("stripe restricted", ["rk_", "live_", (BASE62, 24)]),
    ("stripe webhook", ["wh", "sec_", (BASE62, 32)]),
    ("google api", ["AI", "za", (URLSAFE, 35)]),
    ("google oauth", ["GOC", "SPX-", (URLSAFE, 28)]),
    ("google access", ["ya", "29.", (URLSAFE, 60)]),
    ("openai project", ["sk-", "proj-", (BASE62, 48)]),
    ("openai", ["sk", "-", (BASE62, 48)]),
    ("openai admin", ["sk-", "admin-", (URLSAFE, 40)]),
    ("anthropic", ["sk-", "ant-api03-", (URLSAFE, 93)]),
    ("openrouter", ["sk-", "or-v1-", (HEX, 64)]),
    ("groq", ["gs", "k_", (BASE62, 52)]),
    ("xai", ["xa", "i-", (BASE62, 80)]),
    ("perplexity", ["pp", "lx-", (BASE62, 48)]),
    ("nvidia", ["nv", "api-", (URLSAFE, 64)]),
    ("hugging face", ["h", "f_", (LETTERS, 34)]),
    ("replicate", ["r", "8_", (BASE62, 37)]),
    ("json web token", ["ey", "JhbGciOiJIUzI1NiJ9.ey", (BASE62, 40), ".", (URLSAFE, 43)]),
    ("npm", ["np", "m_", (BASE62, 36)]),
    ("pypi", ["py", "pi-AgEIcHlwaS5vcmc", (URLSAFE, 80)]),
    ("rubygems", ["ruby", "gems_", (HEX, 48)]),
    ("docker", ["dc", "kr_pat_", (URLSAFE, 27)]),
    ("terraform", [(BASE62, 14), ".atl", "asv1.", (URLSAFE, 64)]),
    ("vault", ["hv", "s.", (URLSAFE, 90)]),
    ("doppler", ["dp.", "pt.", (BASE62, 43)]),
    ("digitalocean", ["do", "p_v1_", (HEX, 64)]),
    ("heroku", ["HR", "KU-AA", (URLSAFE, 58)]),
    ("netlify", ["nf", "p_", (BASE62, 36)]),
    ("supabase", ["sb", "p_", (HEX, 40)]),
    ("planetscale", ["pscale", "_tkn_", (URLSAFE, 43)]),
    ("databricks", ["da", "pi", (HEX, 32)]),
    ("sentry", ["sn", "trys_", (BASE62, 80)]),
    ("new relic", ["NR", "AK-", (UPPER + string.digits, 27)]),
    ("grafana", ["gl", "sa_", (BASE62, 32), "_", (HEX, 8)]),
    ("mailchimp", [(HEX, 32), "-u", "s14"]),
    ("mailgun", ["ke", "y-", (HEX, 32)]),
    ("sendgrid", ["S", "G.", (URLSAFE, 22), ".", (URLSAFE, 43)]),
    ("brevo", ["xkey", "sib-", (HEX, 64), "-", (BASE62, 16)]),
    ("twilio", ["S", "K", (HEX, 32)]),
    ("telegram", [(string.digits, 10), ":A", "A", (URLSAFE, 33)]),
    ("discord bot", ["M", (BASE62, 23), ".", (BASE62, 6), ".", (URLSAFE, 38)]),
    ("shopify", ["shp", "at_", (HEX, 32)]),
    ("square", ["sq0", "atp-", (URLSAFE, 22)]),
    ("facebook", ["EA", "A", (BASE62, 120)]),
    ("age", ["AGE-", "SECRET-KEY-1", (UPPER + string.digits, 58)]),
    ("atlassian", ["AT", "ATT3", (URLSAFE, 180)]),
    ("linear", ["lin", "_api_", (BASE62, 40)]),
    ("notion", ["sec", "ret_", (BASE62, 43)]),
    ("figma", ["fi", "gd_", (URLSAFE, 40)]),
    ("airtable", ["pa", "t", (BASE62, 14), ".", (HEX, 64)]),
    ("postman", ["PM", "AK-", (HEX, 24), "-", (HEX, 34)]),
    ("tailscale", ["ts", "key-auth-", (BASE62, 16), "-", (BASE62, 32)]),
    ("azure client secret", [(BASE62, 3), "8Q", "~", (URLSAFE, 34)]),
    ("azure storage", [(BASE64, 76), "+A", "St", (BASE64, 6), "=="]),
    ("azure devops", [(BASE62, 76), "AZ", "DO", (BASE62, 4)]),
    ("sonar", ["sq", "p_", (HEX, 40)]),
    ("dynatrace", ["dt0", "c01.", (UPPER, 24), ".", (UPPER + string.digits, 64)]),
    ("buildkite", ["bk", "ua_", (HEX, 40)]),
    ("contentful", ["CF", "PAT-", (URLSAFE, 43)]),
    ("mapbox", ["s", "k.ey", "J", (BASE62, 60), ".", (URLSAFE, 22)]),
]

# Where a token of known form may stand without any name that tells of it; % is the token.
BARE_PLACES = [
    ("a.py", 'client = Client("%")'),
    ("a.ts", "const c = connect({ region: 'eu', id: `%` });"),
    ("a.go", '\treq.Header.Set("X-Thing", "%")'),
    ("a.rs", 'let x = Some("%".to_string()); // old one'),
    ("a.py", "# %"),
    ("a.sh", "curl -sS https://example.org/v1?x=%&y=1"),
    ("a.java", 'String x = "prefix " + "%" + suffix;'),
    ("a.json", '{"a": ["%", 1]}'),
]
# Names that tell; % is a value without a form of its own.
NAMED_PLACES = [
    ("a.py", 'PASSWORD = "%"'),
    ("a.py", "db_password: str = '%'"),
    ("a.py", 'os.environ["API_KEY"] = "%"'),
    ("a.py", 'key = os.getenv("SECRET_KEY", "%")'),
    ("a.py", 'connect(host="h", password="%", port=1)'),
    ("a.py", 'api_key = SecretStr("%")'),
    ("a.py", 'auth_token = (\n    "%"\n)'),
    ("a.py", 'SETTINGS = {\n    "client_secret":\n        "%",\n}'),
    ("a.js", "const options = { apiKey: '%', retries: 3 };"),
    ("a.ts", "private readonly accessToken: string = `%`;"),
    ("a.go", 'cfg := Config{Password: "%"}'),
    ("a.go", 'secretKey := []byte("%")'),
    ("a.rb", "config.secret_key_base = '%'"),
    ("a.rb", ":password => '%',"),
    ("a.php", "define('DB_PASSWORD', '%');"),
    ("a.php", "'password' => '%',"),
    ("a.java", 'props.setProperty("db.password", "%");'),
    ("a.java", 'builder.password("%")'),
    ("a.cs", 'var cs = "Server=h;User Id=sa;Password=%;Timeout=3";'),
    ("a.cs", "AccountKey=%;EndpointSuffix=core.windows.net"),
    ("a.c", '#define API_TOKEN "%"'),
    ("a.c", 'static const char *password = "%";'),
    ("a.rs", 'const API_KEY: &str = "%";'),
    ("a.kt", 'val clientSecret = "%"'),
    ("a.swift", 'let authToken: String = "%"'),
    ("a.sql", "CREATE USER app IDENTIFIED BY '%';"),
    ("a.sql", "ALTER ROLE app PASSWORD '%';"),
    ("a.xml", "<password>%</password>"),
    ("a.xml", '<property name="password" value="%"/>'),
    ("a.xml", '<add key="ApiKey" value="%" />'),
    ("a.json", '"password": "%",'),
    ("a.json", '{"name": "DB_PASSWORD", "value": "%"}'),
    ("a.yaml", "password: %"),
    ("a.yaml", "  client_secret: '%'"),
    ("a.yaml", "- name: DB_PASSWORD\n  value: %"),
    ("a.yaml", "  POSTGRES_PASSWORD: %   # local"),
    ("a.ini", "password = %"),
    ("a.properties", "spring.datasource.password=%"),
    ("a.toml", 'api_key = "%"'),
    ("a.tf", 'master_password = "%"'),
    ("a.sh", "export GITHUB_TOKEN=%"),
    ("a.sh", "docker login --password % -u me"),
    ("Dockerfile", "ENV DB_PASSWORD %"),
    ("Dockerfile", "ENV DB_PASSWORD=%"),
    ("a.py", 'headers = {"Authorization": "Bearer %"}'),
    ("a.http", "Authorization: Bearer %"),
    ("a.py", 'requests.get(f"https://h/x?access_token=%&y=1")'),
    ("a.py", 'json.loads("{\\"password\\": \\"%\\"}")'),
    ("a.py", 'if password == "%":'),
    ("netrc.txt", "machine h login me password %"),
    ("a.patch", '+    "secret": "%",'),
    ("a.patch", "-API_TOKEN=%"),
]
# Where short passwords stand, as people think of them.
PASSWORD_PLACES = [
    ("a.sh", "mysql -u root -p% app"),
    ("a.sh", "sshpass -p % ssh host"),
    ("a.sh", "curl -u me:% https://h/x"),
    ("a.sh", "redis-cli -h x -a % ping"),
    ("a.sh", 'psql "host=h password=% user=x"'),
    ("a.sh", "PGPASSWORD=% psql"),
    ("a.sh", "helm install --set auth.password=% x"),
    ("a.ini", "ansible_ssh_pass=%"),
    ("a.py", 'requests.get(u, auth=("me", "%"))'),
    ("a.py", 'smtp.login(user, "%")'),
    ("a.go", 'req.SetBasicAuth("me", "%")'),
    ("a.cs", 'new NetworkCredential("me", "%")'),
    ("a.gradle", 'storePassword "%"'),
    ("a.php", "$password = '%';"),
    ("a.php", "'DB_PASS' => env('DB_PASS', '%'),"),
    ("a.xml", '<entry key="password">%</entry>'),
    ("a.clj", ':password "%"'),
    ("a.yaml", "- DB_PASSWORD=%"),
    ("a.py", 'def connect(password="%"):'),
    ("a.rs", 'let password: String = "%".into();'),
    ("a.js", 'const PASSWORD = Buffer.from("%");'),
    ("a.py", 'creds = {"user": "me", "pass": "%"}'),
    ("a.json", '{"Default": "Server=.;Password=%;"}'),
]
ADDRESSES = [
    ("a.py", 'DSN = "postgres://app:%@db.internal:5432/app"'),
    ("a.yaml", "url: mysql://root:%@10.0.0.1/x"),
    ("a.js", "mongoose.connect('mongodb+srv://me:%@c0.example.net/db')"),
    ("a.sh", "git clone https://me:%@git.example.org/x.git"),
    ("a.toml", 'broker = "amqp://guest:%@[::1]:5672//"'),
    ("a.py", 'proxy = "http://u:%@proxy.lan:3128"'),
    ("a.env.txt", "REDIS_URL=redis://:%@cache:6379/0"),
]
KEY_TYPES = ["RSA ", "EC ", "DSA ", "", "ENCRYPTED ", "OPENSSH "]


@dataclass(frozen=True, slots=True)
class Planted:
    """A text with a secret in it. `cores` are the parts that would give it away: no piece of eight characters of any
    may be seen outside. `at` is where the secret begins in the text, `size` how long it is there."""

    kind: str
    path: str
    text: str
    cores: tuple[str, ...]
    at: int
    size: int

    def seen_in(self, text: str, shortest: int = 8) -> str:
        """A piece of so many characters of the secret that stands in a text, "" where none does."""
        for core in self.cores:
            step = min(shortest, len(core))
            for start in range(len(core) - step + 1):
                if core[start : start + step] in text:
                    return core[start : start + step]
        return ""


def planted() -> list[Planted]:
    """The whole corpus of secrets in texts."""
    return [*_tokens(), *_named(), *_passwords(), *_addresses(), *_keys()]


def _tokens() -> Iterator[Planted]:
    dice = random.Random(1)
    for number, (kind, form) in enumerate(FORMS):
        for again in range(3):
            parts = [part if isinstance(part, str) else _drawn(dice, *part) for part in form]
            cores = tuple(
                drawn for drawn, part in zip(parts, form, strict=True) if not isinstance(part, str) and len(drawn) > 11
            )
            path, place = BARE_PLACES[(number + 3 * again) % len(BARE_PLACES)]
            yield _put(kind, path, place, "".join(parts), cores)


def _named() -> Iterator[Planted]:
    dice = random.Random(2)
    for number, (path, place) in enumerate(NAMED_PLACES):
        for size, alphabet in ((24, BASE62), (40, BASE62), (32, HEX), (20, URLSAFE.replace("-", ""))):
            value = _drawn(dice, alphabet, size)
            yield _put(f"named {number} {size}", path, place, value, (value,))


def _passwords() -> Iterator[Planted]:
    dice = random.Random(5)
    for number, (path, place) in enumerate(PASSWORD_PLACES):
        value = _drawn(dice, LETTERS, 4) + _drawn(dice, string.digits, 2) + _drawn(dice, LETTERS, 4)
        yield _put(f"password {number}", path, place, value, (value,))


def _addresses() -> Iterator[Planted]:
    dice = random.Random(3)
    for number, (path, place) in enumerate(ADDRESSES):
        for size in (12, 20):
            value = _drawn(dice, BASE62, size)
            yield _put(f"address {number} {size}", path, place, value, (value,))


def _keys() -> Iterator[Planted]:
    dice = random.Random(4)
    for number, kind in enumerate(KEY_TYPES):
        lines = [_drawn(dice, BASE64, 64) for _ in range(12)] + [_drawn(dice, BASE64, 42) + "=="]
        begin, end = f"-----BEG{'IN'} {kind}PRIV{'ATE'} KEY-----", f"-----E{'ND'} {kind}PRIV{'ATE'} KEY-----"
        cores = tuple(line.rstrip("=") for line in lines)
        yield _put(f"key {number}", "a.txt", f"{begin}\n%\n{end}", "\n".join(lines), cores)
        quoted = "\n".join(f'    "{line}\\n"' for line in lines)
        yield _put(
            f"key in literals {number}", "a.py", f'KEY = (\n    "{begin}\\n"\n%\n    "{end}\\n"\n)', quoted, cores
        )
        plus = " +\n".join(f'  "{line}\\n"' for line in lines)
        yield _put(f"key in a sum {number}", "a.java", f'String k = "{begin}\\n" +\n% +\n  "{end}";', plus, cores)
        one = "\\n".join(lines)
        yield _put(f"key in one line {number}", "a.json", f'"private_key": "{begin}\\n%\\n{end}\\n",', one, cores)
        indented = "\n".join(f"      {line}" for line in lines)
        yield _put(f"key in yaml {number}", "a.yaml", f"  tls.key: |\n      {begin}\n%\n      {end}", indented, cores)
        added = "\n".join(f"+{line}" for line in lines)
        yield _put(f"key in a diff {number}", "a.patch", f"+{begin}\n%\n+{end}", added, cores)
    whole = base64.b64encode(f"-----BEG{'IN'} PRIV{'ATE'} KEY-----\n{lines[0]}\n{lines[1]}".encode()).decode()
    yield _put("key in base64", "a.yaml", "  tls.key: %", whole, (whole[30:],))


def _drawn(dice: random.Random, alphabet: str, size: int) -> str:
    return "".join(dice.choice(alphabet) for _ in range(size))


def _put(kind: str, path: str, place: str, secret: str, cores: tuple[str, ...]) -> Planted:
    before, _, after = place.partition("%")
    head, tail = "def before():\n    return 1\n\n", "\n\ndef after():\n    return 2\n"
    return Planted(kind, path, head + before + secret + after + tail, cores, len(head + before), len(secret))
