#!/bin/sh
# Checks, tunes and measures RT3D on this phone, into results.json beside this file. Run again, it goes on where it stopped.
#   ./run.sh                 everything, half an hour; the first ten minutes bring what counts most
#   ./run.sh --minutes 10    begins no step after ten minutes
#   ./run.sh --quick         tries the kit with small networks, into quick.json
# For Android's shell (mksh, toybox) and any other: no bash, no GNU options.
here=${0%/*}
if [ "$here" = "$0" ]; then here=.; fi
cd "$here" || exit 1
output=results.json
for word in "$@"; do
  if [ "$word" = --quick ]; then output=quick.json; fi
done
chmod 755 rt3d-phone 2>/dev/null
# RT3D_RUNNER: an emulator's words, where the machine is none that the program is for.
exec $RT3D_RUNNER ./rt3d-phone measure --reference reference --folder work --output "$output" "$@"
