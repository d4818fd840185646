"""Token ranks shipped with the package, so that counting tokens never needs the network; see packing.py."""
