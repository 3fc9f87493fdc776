"""What kind of official account is simulated, what it may call, and which templates it owns.

Pure values; decides nothing about time or people. Start at Profile.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Capability(StrEnum):
    MENU = "menu"
    CUSTOM = "custom"
    USERS = "users"
    MASS_ALL = "mass by tag"
    MASS_LIST = "mass by openid"
    TEMPLATE = "template"
    QRCODE = "qrcode"


FOR_VERIFIED = frozenset({Capability.MENU, Capability.CUSTOM, Capability.USERS, Capability.MASS_ALL})


@dataclass(frozen=True, slots=True)
class Profile:
    """The account's kind. Every kind receives messages and answers passively; the rest depends."""

    service: bool
    verified: bool

    @property
    def capabilities(self) -> frozenset[Capability]:
        if self.verified:
            return frozenset(Capability) if self.service else FOR_VERIFIED
        return frozenset({Capability.MENU}) if self.service else frozenset()


VERIFIED_SERVICE = Profile(service=True, verified=True)
UNVERIFIED_SERVICE = Profile(service=True, verified=False)
VERIFIED_SUBSCRIPTION = Profile(service=False, verified=True)
UNVERIFIED_SUBSCRIPTION = Profile(service=False, verified=False)


@dataclass(frozen=True, slots=True)
class Template:
    """A message template as the account owns it; `labels` maps each field, such as thing1, to what the person reads."""

    template_id: str
    title: str
    labels: Mapping[str, str] = field(default_factory=dict)


DEMO_TEMPLATE = Template(
    "Sandbox0Template0Of0The0Assistant0000000001",
    "活动提醒",
    MappingProxyType({"thing1": "事项", "time2": "时间", "thing3": "地点", "thing4": "备注"}),
)
