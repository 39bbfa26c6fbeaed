// Videos for tests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "video/frame.h"
#include "video/orientation.h"

namespace rt3d::video {

// A file that FFmpeg writes: losslessly kept frames, 25 a second, of the kind that its name says (.mov, .mkv); `matrix`, when given, says how they are to be shown.
void write_video(const std::string& path, const std::vector<Frame>& frames,
                 const DisplayMatrix* matrix = nullptr);

// The matrix that asks for a turn clockwise by `degrees`, mirrored first when asked for.
DisplayMatrix turn_matrix(double degrees, bool mirror_x = false, bool mirror_y = false);

// The bytes of an uncompressed file (.y4m) of grey frames; frame k has the luma 16 + 10 k, shown as grey_level(k).
std::string grey_video(int frames, int width, int height);
int grey_level(int frame);

}  // namespace rt3d::video
