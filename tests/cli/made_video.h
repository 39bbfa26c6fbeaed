// Videos for tests, written by FFmpeg's libraries.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/frame.h"
#include "cli/orientation.h"

namespace rt3d::cli {

// A file of losslessly kept frames, 25 a second, of the kind that its name says (.mov, .mkv); `matrix`, when given, says how they are to be shown.
void write_video(const std::string& path, const std::vector<Frame>& frames,
                 const DisplayMatrix* matrix = nullptr);

// The matrix that asks for a turn clockwise by `degrees`, mirrored first when asked for.
DisplayMatrix turn_matrix(double degrees, bool mirror_x = false, bool mirror_y = false);

}  // namespace rt3d::cli
