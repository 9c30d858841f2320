"""UUID version 7 (RFC 9562): sorted by time like a sequence, but tells a tenant nothing of how busy the others are."""

import os
import time
import uuid


def uuid7() -> uuid.UUID:
    moment = time.time_ns() // 1_000_000
    value = int.from_bytes(moment.to_bytes(6, "big") + os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    return uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62)
