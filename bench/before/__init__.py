"""Two builds of RT3D side by side, by turns in one process: did a change cost speed?"""
