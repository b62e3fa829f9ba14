"""Tables of access: users, keys, sign-ins, devices, second factors, the audit, what requests leave behind."""

from postal.models.access.factors import Passkey, RecoveryCode, TotpSecret
from postal.models.access.looks import Look, LookedAt
from postal.models.access.sign_ins import Brake, EndedWhy, KnownDevice, SignIn
from postal.models.access.users import ApiKey, AuditEntry, IdempotencyRecord, KeptForm, Role, Upload, User

__all__ = [
    "ApiKey",
    "AuditEntry",
    "Brake",
    "EndedWhy",
    "IdempotencyRecord",
    "KeptForm",
    "KnownDevice",
    "Look",
    "LookedAt",
    "Passkey",
    "RecoveryCode",
    "Role",
    "SignIn",
    "TotpSecret",
    "Upload",
    "User",
]
