"""RT3D and other runtimes side by side: see docs/peers.md, or `python3 bench/peers --help`."""
