"""绑定: which WeChat user is which person of the roster, proved by a code that works once.

`codes` derives and renews the codes, `attempts` counts the wrong ones, `roster` stores a roster, `bindings` ties and
unties, `hear` is what the bot hears. Never stores a code, never tells whether a name is on the roster. Start at hear.
"""

from handlers.binding.codes import BindingCode, UnknownStaffNumber, list_codes, renew
from handlers.binding.hear import pushes, talk
from handlers.binding.roster import RosterChanges, import_roster

__all__ = ["BindingCode", "RosterChanges", "UnknownStaffNumber", "import_roster", "list_codes", "pushes", "renew",
           "talk"]
