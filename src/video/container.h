// Opens video files, and those alone: a playlist names other files, of which nobody said that they may be read.
#pragma once

#include <string>

struct AVFormatContext;

namespace rt3d::video {

// Of the file at `where`, whatever its name looks like; the caller closes it with avformat_close_input(). Throws io
// naming the file when it is no container of known kind, or a list of other files.
AVFormatContext* open_container(const std::string& where);

std::string ffmpeg_reason(int error);  // of FFmpeg's status codes

}  // namespace rt3d::video
