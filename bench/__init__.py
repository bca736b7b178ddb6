"""Measurements that put two things side by side in one run, each started by ./dev bench NAME."""
