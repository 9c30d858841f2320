from servicedesk.navigation import RAIL


def test_no_two_places_share_a_shortcut():
    keys = [entry.keys for section in RAIL for entry in section.entries if entry.keys]
    assert len(keys) == len(set(keys))
