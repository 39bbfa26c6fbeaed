// Where FFmpeg is left out (RT3D_STATIC_KIT): no video can be read.
#include "video/video.h"

#include "base/error.h"

namespace rt3d::video {

Video read_video(const std::filesystem::path& path, const FrameChoice&) {
  fail(Code::unsupported, path.string(),
       ": this program was built without FFmpeg and reads no videos: give .npy files");
}

}  // namespace rt3d::video
