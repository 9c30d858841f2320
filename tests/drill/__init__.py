"""The drill (`make drill`): real processes killed, real servers crashed, and every rung counted at a fake receiver."""
