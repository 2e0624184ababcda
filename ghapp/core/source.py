"""What an alert sender is to the app: how it proves itself, and how its message becomes signals.

A file in `ghapp/sources/` that holds a `SOURCE` of this type is all that a new sender needs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ghapp.core.facts import Signal
from ghapp.core.strict_json import Malformed

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Accepted:
    """Signals to act on; a message whose `delivery_id` was seen before is answered 200.

    `repeats` is for senders without delivery ids, where one that looks the same may also be a repeat: it counts.
    """

    signals: tuple[Signal, ...]
    delivery_id: str
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Nothing:
    """An authentic message that asks for nothing, as a sender's test message does; says why."""

    reason: str


Parsed = Accepted | Nothing


class Unsupported(Malformed):
    """A message in a form that is never taken, whatever it says; answered 415."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Oidc:
    """A caller that proves who it is by an OpenID Connect token in `Authorization: Bearer`.

    The fields name environment variables: who the token is for (several, separated by commas), which account
    it must be of, and where the issuer's certificates are, with the address that is used when that one is unset.
    """

    audience_variable: str
    email_variable: str
    certificates_variable: str
    certificates_url: str
    issuers: tuple[str, ...]


Verify = Callable[[bytes, Mapping[str, str], Mapping[str, str], Sequence[str], datetime], None]
"""verify(body, headers, query, secrets, now): raises `verify.Unverified` or not."""

Parse = Callable[[bytes, Mapping[str, str], Mapping[str, str], datetime], Parsed]
"""parse(body, headers, query, now), on verified bytes: raises `strict_json.Malformed` or not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One alert sender.

    `name` goes into labels (`source/<name>`) and OWNERS.yaml; `path` is the part of the address
    after `/webhooks/`. `secret_variable` names the environment variable with its secrets,
    separated by commas: unset, the sender is off. Headers are looked up in the case that their
    documentation writes them in; the web server ignores case. `now` is aware, in UTC.
    `challenge` is the `WWW-Authenticate` header of a refusal, for senders that ask for one.
    `sender` is the name that its signals bear, when one system sends through several doors.
    `parks` is for senders that send a refused message again for days: what is authentic but
    malformed is answered 204, and kept where an operator sees it.
    """

    name: str
    path: str
    secret_variable: str
    verify: Verify | Oidc
    parse: Parse
    challenge: str = ""
    sender: str = ""
    parks: bool = False
    max_bytes: int = MIB

    @property
    def raises(self) -> str:
        """The name that its incidents bear, in `source/<name>`."""
        return self.sender or self.name

    @property
    def variables(self) -> tuple[str, ...]:
        """The environment variables that must all be set for it to be on."""
        if isinstance(self.verify, Oidc):
            return (self.verify.audience_variable, self.verify.email_variable)
        return (self.secret_variable,)
