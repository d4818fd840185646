"""Keys that can be told by their own form: the beginnings and lengths that providers document for their tokens.

Data, and one search over a run of characters. Public knowledge only: providers publish these forms so that scanners
can know them. What has no form of its own is found by its name (named.py) or by chance alone (runs.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from foretype.context.secrets.randomness import entropy, evidence
from foretype.context.secrets.values import Span

# A kind, how its tokens begin, and what follows. A "?" in front: the beginning is short enough to be met by chance, so
# the rest must look drawn by lot.
_FORMATS: Final[tuple[tuple[str, str, str], ...]] = (
    ("AWS access key", "AKIA ASIA ABIA ACCA AROA AIDA AGPA ANPA", "[A-Z0-9]{16}(?![A-Z0-9])"),
    ("AWS Bedrock key", "ABSK", "[A-Za-z0-9+/]{40,}"),
    ("GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", "[A-Za-z0-9]{30,}"),
    ("GitHub token", "github_pat_", "[A-Za-z0-9_]{30,}"),
    (
        "GitLab token",
        "glpat- gldt- glrt- glcbt- glptt- glft- glsoat- glimt- glagent- gloas- glffct-",
        "[A-Za-z0-9_.-]{16,}",
    ),
    ("GitLab token", "GR1348941", "[A-Za-z0-9_-]{16,}"),
    ("Slack token", "xoxa- xoxb- xoxc- xoxd- xoxe- xoxe. xoxo- xoxp- xoxr- xoxs-", "[A-Za-z0-9.%-]{10,}"),
    ("Slack token", "xapp-", "[A-Za-z0-9-]{20,}"),
    ("Slack webhook", "hooks.slack.com/", "(?:services|workflows|triggers)/[A-Za-z0-9/_-]{20,}"),
    ("Discord webhook", "discord.com/api/ discordapp.com/api/", "(?:v\\d+/)?webhooks/[0-9]{10,}/[A-Za-z0-9_-]{20,}"),
    ("Stripe key", "sk_live_ sk_test_ sk_prod_ rk_live_ rk_test_ rk_prod_", "[A-Za-z0-9]{10,}"),
    ("Stripe webhook secret", "whsec_", "[A-Za-z0-9+/=]{20,}"),
    ("Google key", "AIza", "[A-Za-z0-9_-]{35}"),
    ("Google OAuth secret", "GOCSPX-", "[A-Za-z0-9_-]{20,}"),
    ("Google OAuth token", "ya29.", "[A-Za-z0-9_.-]{20,}"),
    ("?Google refresh token", "1//0", "[A-Za-z0-9_-]{30,}"),
    ("OpenAI key", "sk-proj- sk-svcacct- sk-admin- sk-None-", "[A-Za-z0-9_-]{16,}"),
    ("Anthropic key", "sk-ant-", "[A-Za-z0-9_-]{16,}"),
    ("?model provider's key", "sk-or- sk-lf- sk-cp- sk-kimi-", "[A-Za-z0-9_-]{16,}"),
    ("?model provider's key", "sk- sk_", "[A-Za-z0-9]{20,}"),
    ("?model provider's key", "gsk_ xai- pplx- nvapi- csk- fw_ jina_ tvly- r8_ hf_ api_org_", "[A-Za-z0-9_-]{20,}"),
    ("?model provider's key", "pcsk_ lsv2_pt_ lsv2_sk_ apify_api_ ntn_ tgp_v1_", "[A-Za-z0-9_-]{20,}"),
    ("JSON web token", "eyJ", "[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{6,}(?:\\.[A-Za-z0-9_-]{6,})?"),
    ("encrypted JSON web token", "eyJ", "[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]*\\.[A-Za-z0-9_-]{8,}[A-Za-z0-9_.-]*"),
    ("npm token", "npm_", "[A-Za-z0-9]{30,}"),
    ("PyPI token", "pypi-", "[A-Za-z0-9_-]{30,}"),
    ("RubyGems key", "rubygems_", "[a-f0-9]{30,}"),
    ("?crates.io token", "cio", "[A-Za-z0-9]{32}"),
    ("?NuGet key", "oy2", "[a-z0-9]{43}"),
    ("Docker token", "dckr_pat_ dckr_oat_", "[A-Za-z0-9_-]{20,}"),
    ("Clojars token", "CLOJARS_", "[a-z0-9]{40,}"),
    ("JFrog key", "AKCp", "[A-Za-z0-9]{50,}"),
    ("Vault token", "hvs. hvb. hvr.", "[A-Za-z0-9_-]{20,}"),
    ("Doppler token", "dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.", "[A-Za-z0-9_.-]{20,}"),
    ("DigitalOcean token", "dop_v1_ doo_v1_ dor_v1_", "[a-f0-9]{40,}"),
    ("Heroku key", "HRKU-", "[A-Za-z0-9_-]{20,}"),
    ("Fly.io token", "fm1_ fm2_ fm1a_ fm1r_ fo1_", "[A-Za-z0-9+/=_,-]{40,}"),
    ("Netlify token", "nfp_ nfc_ nfo_ nfu_ nfb_", "[A-Za-z0-9]{30,}"),
    ("Supabase key", "sbp_ sb_secret_", "[A-Za-z0-9_-]{20,}"),
    ("PlanetScale token", "pscale_tkn_ pscale_pw_ pscale_oauth_", "[A-Za-z0-9=._-]{20,}"),
    ("?Databricks token", "dapi", "[a-f0-9]{32}(?:-\\d)?"),
    ("Sentry token", "sntrys_ sntryu_", "[A-Za-z0-9+/=_]{30,}"),
    ("New Relic key", "NRAK- NRJS- NRII- NRRA- NRBR-", "[A-Za-z0-9]{16,}"),
    ("Grafana token", "glc_ glsa_", "[A-Za-z0-9+/=_]{20,}"),
    ("?Mailgun key", "key-", "[0-9a-f]{32}"),
    ("SendGrid key", "SG.", "[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}"),
    ("Brevo key", "xkeysib- xsmtpsib-", "[a-f0-9]{40,}[A-Za-z0-9-]*"),
    ("?Resend key", "re_", "[A-Za-z0-9]{8,}_[A-Za-z0-9]{16,}"),
    ("?Twilio key", "SK", "[0-9a-f]{32}(?![0-9a-f])"),
    ("Shopify token", "shpat_ shpss_ shpca_ shppa_ shpua_", "[a-fA-F0-9]{20,}"),
    ("Square token", "sq0atp- sq0csp- sq0idp-", "[A-Za-z0-9_-]{20,}"),
    ("?Facebook or Square token", "EAA", "[A-Za-z0-9_-]{50,}"),
    ("PayPal token", "access_token$", "production\\$[a-z0-9$]{16,}"),
    ("Adafruit key", "aio_", "[A-Za-z0-9]{24,}"),
    ("age key", "AGE-SECRET-KEY-1", "[A-Z0-9]{30,}"),
    ("Atlassian token", "ATATT3 ATCTT3 ATBB", "[A-Za-z0-9_=-]{20,}"),
    ("Linear key", "lin_api_ lin_oauth_", "[A-Za-z0-9]{30,}"),
    ("?Notion token", "secret_", "[A-Za-z0-9]{40,}"),
    ("Figma token", "figd_ figo_ figu_", "[A-Za-z0-9_-]{30,}"),
    ("?Airtable token", "pat", "[A-Za-z0-9]{14}\\.[a-f0-9]{60,}"),
    ("?Dropbox token", "sl.", "[A-Za-z0-9_.-]{100,}"),
    ("EasyPost key", "EZAK EZTK", "[A-Za-z0-9]{50,}"),
    ("Postman key", "PMAK-", "[a-f0-9]{20,}-[a-f0-9]{30,}"),
    ("?Prefect or Pulumi token", "pnu_ pnb_ pul-", "[A-Za-z0-9]{30,}"),
    ("Typeform token", "tfp_", "[A-Za-z0-9_.-]{30,}"),
    ("1Password token", "ops_eyJ", "[A-Za-z0-9+/=_-]{30,}"),
    ("Tailscale key", "tskey-", "[A-Za-z0-9-]{16,}"),
    ("?Sonar token", "sqp_ squ_ sqa_", "[a-f0-9]{40}"),
    ("Dynatrace token", "dt0c01. dt0s01. dt0s16. dt0e01.", "[A-Z0-9]{20,}\\.[A-Z0-9]{40,}"),
    ("Buildkite token", "bkua_ bkaa_", "[A-Za-z0-9]{30,}"),
    ("CircleCI token", "CCIPAT_ CCIPRJ_", "[A-Za-z0-9_]{30,}"),
    ("Contentful token", "CFPAT-", "[A-Za-z0-9_-]{30,}"),
    ("Segment token", "sgp_", "[A-Za-z0-9]{40,}"),
    ("?Alibaba or Tencent key", "LTAI AKID", "[A-Za-z0-9]{17,}"),
    ("Mapbox token", "sk.eyJ", "[A-Za-z0-9_.-]{30,}"),
    ("Yandex key", "AQVN y0_ t1.", "[A-Za-z0-9_-]{35,}"),
    ("ReadMe key", "rdme_", "[a-z0-9]{50,}"),
    ("Infracost key", "ico-", "[A-Za-z0-9]{30,}"),
    ("Frame.io token", "fio-u-", "[A-Za-z0-9_=-]{30,}"),
    ("Flutterwave key", "FLWSECK- FLWSECK_TEST-", "[A-Za-z0-9-]{12,}"),
    ("?Mollie key", "live_ test_", "[A-Za-z0-9]{30}(?![A-Za-z0-9_])"),
    ("?Exoscale key", "EXO", "[a-f0-9]{24}(?![a-f0-9])"),
    ("private key in base64", "LS0tLS1CRUdJTi", "[A-Za-z0-9+/]{20,}"),
)
# Those that begin as they like: what is in all of them, and how many characters the shortest has.
_INSIDE: Final[tuple[tuple[str, str, int, str], ...]] = (
    (
        "Teams webhook",
        ".webhook.office.com/",
        61,
        "[a-z0-9-]{1,60}\\.webhook\\.office\\.com/webhookb2/[A-Za-z0-9@/-]{30,}",
    ),
    ("Terraform token", ".atlasv1.", 63, "[A-Za-z0-9]{14}\\.atlasv1\\.[A-Za-z0-9_=-]{40,}"),
    ("Mailchimp key", "-us", 36, "[0-9a-f]{32}-us[0-9]{1,2}(?![0-9a-z])"),
    ("Azure client secret", "Q~", 37, "[A-Za-z0-9_.~-]{3}[0-9]Q~[A-Za-z0-9_.~-]{31,34}"),
    ("Azure storage key", "+ASt", 86, "[A-Za-z0-9+/]{76}\\+ASt[A-Za-z0-9+/]{6}"),
    ("Azure DevOps token", "AZDO", 84, "[A-Za-z0-9]{76}AZDO[A-Za-z0-9]{4}"),
    ("Telegram token", "AA", 44, "(?:[0-9]{8,10}:)AA[A-Za-z0-9_-]{33}"),
    ("password hash", "$", 23, "\\$(?:2[abxy]|1|5|6|7|y|apr1|argon2(?:id|i|d))\\$[A-Za-z0-9./$=,+-]{20,}"),
    ("Discord token", ".", 59, "[MNO][A-Za-z0-9_-]{23,27}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,}"),
)
_BEFORE: Final = 11
"""The run may begin behind a colon that belongs to the token: so many characters before it are looked at, too."""
_DRAWN: Final = 8.0
"""Bits of evidence (randomness.py) that the rest must have where the beginning is short: names have less than none."""
_VARIED: Final = 2.3
"""Bits per character below which the rest is a stand-in (`xxxx`, `0000`, `your-key`), not a key."""


def tokens_in(text: str, start: int, end: int) -> list[Span]:
    """The tokens of known form in a part of a text: a run of characters without blanks and quotes."""
    found = []
    for begun in _beginnings().finditer(text, start, end):
        for kind, rest in _rests()[begun[0]]:
            match = rest.match(text, begun.end(), end)
            if match is not None and _is_key(kind, match[0]):
                found.append(Span(begun.start(), match.end(), kind.lstrip("?")))
                break
    first = max(0, start - _BEFORE)
    for kind, inside, least, whole in _INSIDE:
        if end - first >= least and text.find(inside, start, end) >= 0:
            found += [Span(*match.span(), kind) for match in re.compile(whole).finditer(text, first, end)]
    return found


def begun(before: str) -> bool:
    """Whether a text, which ends at the cursor, ends in the beginning of a token, however little of it is there."""
    near = _beginnings().finditer(before, max(0, len(before) - 300))
    last = max(near, key=lambda beginning: beginning.start(), default=None)
    return (
        last is not None and len(last[0]) > 2 and re.fullmatch(r"[A-Za-z0-9_+/.~=-]*", before[last.end() :]) is not None
    )


def _is_key(kind: str, rest: str) -> bool:
    return entropy(rest) >= _VARIED and (kind[0] != "?" or evidence(rest) >= _DRAWN)


@lru_cache(maxsize=1)
def _rests() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    table: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for kind, starts, rest in _FORMATS:
        for start in starts.split():
            table.setdefault(start, []).append((kind, re.compile(rest + "={0,2}")))
    return table


@lru_cache(maxsize=1)
def _beginnings() -> re.Pattern[str]:
    return re.compile(r"(?<![A-Za-z0-9])" + _tree(_rests()))


def _tree(words: Iterable[str]) -> str:
    """A pattern for any of the words, the longest first, that looks at each character once: re has no such search."""
    by_first: dict[str, list[str]] = {}
    for word in words:
        by_first.setdefault(word[:1], []).append(word[1:])
    ways = [re.escape(first) + _tree(rests) for first, rests in sorted(by_first.items(), reverse=True) if first]
    if "" in by_first:
        ways.append("")
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"
