#include "video/container.h"

extern "C" {
#include <libavformat/avformat.h>
#include <libavutil/avstring.h>
}

#include "base/error.h"

namespace rt3d::video {
namespace {

// libavformat's names of containers, raw streams and pictures that are one file each.
constexpr const char* kContainers =
    "mov,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,mxf,nut,ivf,rm,wtv,gxf,nsv,nuv,lxf,swf,gif,apng,flic,"
    "yuv4mpegpipe,mpegvideo,m4v,h261,h263,h264,hevc,av1,obu,vc1,vc1test,dv,dirac,dnxhd,cavsvideo,avs2,avs3,"
    "mjpeg,"
    "mjpeg_2000,mpjpeg,smjpeg,bmp_pipe,gif_pipe,jpeg_pipe,png_pipe,tiff_pipe,webp_pipe";
// And of what names other files, or addresses.
constexpr const char* kLists = "concat,hls,dash,sdp,rtsp,imf,image2,webm_dash_manifest,vobsub,avisynth,mlv";

// What libavformat takes the file for, by its own name; "" for nothing.
std::string kind_of(const std::string& url) {
  AVIOContext* file = nullptr;
  if (avio_open(&file, url.c_str(), AVIO_FLAG_READ) < 0) return "";
  const AVInputFormat* format = nullptr;
  av_probe_input_buffer2(file, &format, url.c_str(), nullptr, 0, 0);
  avio_closep(&file);
  return format == nullptr ? "" : format->name;
}

std::string refusal(const std::string& url, int error) {
  const std::string kind = kind_of(url);
  if (av_match_list(kind.c_str(), kLists, ',') != 0)
    return "it is a list of other files (" + kind + "), which are not opened: give the video file itself";
  if (!kind.empty() && av_match_list(kind.c_str(), kContainers, ',') == 0)
    return "it is no video container that is known (" + kind +
           "): give a video file, such as MP4, Matroska or AVI";
  return ffmpeg_reason(error) + ": give a video file";
}

}  // namespace

std::string ffmpeg_reason(int error) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(error, text, sizeof text);
  return text;
}

AVFormatContext* open_container(const std::string& where) {
  // Else a name with a colon would be taken for a protocol's.
  const std::string url = "file:" + where;
  AVDictionary* options = nullptr;
  av_dict_set(&options, "format_whitelist", kContainers, 0);
  av_dict_set(&options, "protocol_whitelist", "file", 0);
  AVFormatContext* opened = nullptr;
  int status = avformat_open_input(&opened, url.c_str(), nullptr, &options);
  av_dict_free(&options);
  if (status >= 0) status = avformat_find_stream_info(opened, nullptr);
  if (status >= 0) return opened;
  avformat_close_input(&opened);
  fail(Code::io, "cannot read a video from ", where, ": ", refusal(url, status));
}

}  // namespace rt3d::video
