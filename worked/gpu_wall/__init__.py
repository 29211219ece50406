"""The 80 GB wall: training Atlas-70B on 64 GPUs, and what it takes not to lose it."""
