#include "cli/video.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libswscale/swscale.h>
}

#include <cmath>
#include <memory>

#include "cli/failure.h"

namespace rt3d::cli {
namespace {

template <typename T, void (*release)(T**)>
struct Release {
  void operator()(T* object) const { release(&object); }
};
void free_scaler(SwsContext** scaler) { sws_freeContext(*scaler); }

using Container = std::unique_ptr<AVFormatContext, Release<AVFormatContext, avformat_close_input>>;
using Decoder = std::unique_ptr<AVCodecContext, Release<AVCodecContext, avcodec_free_context>>;
using Packet = std::unique_ptr<AVPacket, Release<AVPacket, av_packet_free>>;
using Picture = std::unique_ptr<AVFrame, Release<AVFrame, av_frame_free>>;
using Scaler = std::unique_ptr<SwsContext, Release<SwsContext, free_scaler>>;

constexpr int kMaxSide = 1 << 14;

std::string reason(int error) {
  char text[AV_ERROR_MAX_STRING_SIZE] = {};
  av_strerror(error, text, sizeof text);
  return text;
}

// Quarter turns counter-clockwise that undo the rotation stored in the stream.
int quarter_turns(const AVStream& stream) {
  const std::uint8_t* matrix = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, nullptr);
  if (matrix == nullptr) return 0;
  const double degrees = av_display_rotation_get(reinterpret_cast<const std::int32_t*>(matrix));
  if (std::isnan(degrees)) return 0;
  return (static_cast<int>(std::lround(degrees / 90)) % 4 + 4) % 4;
}

Frame rotated_left(const Frame& frame) {
  Frame result{frame.height, frame.width, std::vector<std::uint8_t>(frame.rgb.size())};
  std::uint8_t* to = result.rgb.data();
  for (int y = 0; y < result.height; ++y) {
    for (int x = 0; x < result.width; ++x, to += 3) {
      const std::uint8_t* from = frame.pixel(frame.width - 1 - y, x);
      to[0] = from[0], to[1] = from[1], to[2] = from[2];
    }
  }
  return result;
}

// Converts pictures to RGB with the colour matrix and range that they name, by the conversion that FFmpeg's
// own tools and its bindings use by default: training pipelines saw these pixels.
class ToRgb {
 public:
  explicit ToRgb(std::string where) : where_(std::move(where)) {}

  Frame operator()(const AVFrame& picture) {
    if (picture.width <= 0 || picture.height <= 0 || picture.width > kMaxSide || picture.height > kMaxSide) {
      throw Failure(join(where_, ": frames of ", picture.width, "x", picture.height,
                         " are not supported: at most ", kMaxSide, " a side"));
    }
    const auto format = static_cast<AVPixelFormat>(picture.format);
    scaler_.reset(sws_getCachedContext(scaler_.release(), picture.width, picture.height, format,
                                       picture.width, picture.height, AV_PIX_FMT_RGB24, SWS_BILINEAR, nullptr,
                                       nullptr, nullptr));
    if (!scaler_) throw Failure(where_ + ": frames of this pixel format cannot be converted to RGB");
    const int* matrix = sws_getCoefficients(picture.colorspace);
    const int full_range = picture.color_range == AVCOL_RANGE_JPEG || format == AV_PIX_FMT_YUVJ420P ||
                           format == AV_PIX_FMT_YUVJ422P || format == AV_PIX_FMT_YUVJ444P;
    sws_setColorspaceDetails(scaler_.get(), matrix, full_range, sws_getCoefficients(SWS_CS_DEFAULT), 1, 0,
                             1 << 16, 1 << 16);
    // The scaler may write some bytes past a row's end: rows of their own, wide enough, then copied without
    // the padding.
    const int stride = (picture.width * 3 + 63) / 64 * 64;
    rows_.resize(static_cast<std::size_t>(stride) * static_cast<std::size_t>(picture.height) + 64);
    std::uint8_t* planes[4] = {rows_.data()};
    const int strides[4] = {stride};
    sws_scale(scaler_.get(), picture.data, picture.linesize, 0, picture.height, planes, strides);
    Frame frame{picture.width, picture.height, {}};
    const std::size_t row_bytes = static_cast<std::size_t>(picture.width) * 3;
    frame.rgb.reserve(row_bytes * static_cast<std::size_t>(picture.height));
    for (int y = 0; y < picture.height; ++y) {
      const std::uint8_t* row = rows_.data() + static_cast<std::ptrdiff_t>(y) * stride;
      frame.rgb.insert(frame.rgb.end(), row, row + row_bytes);
    }
    return frame;
  }

 private:
  std::string where_;
  Scaler scaler_;
  std::vector<std::uint8_t> rows_;
};

class VideoFile {
 public:
  explicit VideoFile(const std::filesystem::path& path) : where_(path.string()) {
    av_log_set_level(AV_LOG_QUIET);
    AVFormatContext* opened = nullptr;
    int status = avformat_open_input(&opened, where_.c_str(), nullptr, nullptr);
    container_.reset(opened);
    if (status >= 0) status = avformat_find_stream_info(container_.get(), nullptr);
    if (status < 0)
      throw Failure("cannot read a video from " + where_ + " (" + reason(status) + "): give a video file");
    const AVCodec* codec = nullptr;
    stream_ = av_find_best_stream(container_.get(), AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
    if (stream_ < 0 || codec == nullptr)
      throw Failure(where_ + " has no video that FFmpeg can decode: give a video file");
    decoder_.reset(avcodec_alloc_context3(codec));
    const AVStream& stream = *container_->streams[stream_];
    turns_ = quarter_turns(stream);
    if (!decoder_ || avcodec_parameters_to_context(decoder_.get(), stream.codecpar) < 0) {
      throw Failure(where_ + ": cannot set up its decoder");
    }
    decoder_->thread_count = 0;
    status = avcodec_open2(decoder_.get(), codec, nullptr);
    if (status < 0)
      throw Failure(join(where_, ": cannot open its decoder, ", codec->name, ": ", reason(status)));
  }

  // The number of packets: of frames too in almost every file.
  std::int64_t count_packets() {
    Packet packet(av_packet_alloc());
    std::int64_t count = 0;
    while (av_read_frame(container_.get(), packet.get()) >= 0) {
      if (packet->stream_index == stream_ && !(packet->flags & AV_PKT_FLAG_DISCARD)) ++count;
      av_packet_unref(packet.get());
    }
    return count;
  }

  // Decodes everything, calling `visit` with each picture; returns their number. Damaged packets are skipped.
  std::int64_t decode(const std::function<void(std::int64_t, const AVFrame&)>& visit) {
    Packet packet(av_packet_alloc());
    Picture picture(av_frame_alloc());
    std::int64_t count = 0;
    const auto drain = [&] {
      while (avcodec_receive_frame(decoder_.get(), picture.get()) >= 0) {
        visit(count++, *picture);
        av_frame_unref(picture.get());
      }
    };
    while (av_read_frame(container_.get(), packet.get()) >= 0) {
      if (packet->stream_index == stream_ && avcodec_send_packet(decoder_.get(), packet.get()) >= 0) drain();
      av_packet_unref(packet.get());
    }
    avcodec_send_packet(decoder_.get(), nullptr);
    drain();
    return count;
  }

  int turns() const { return turns_; }

 private:
  std::string where_;
  Container container_;
  Decoder decoder_;
  int stream_ = -1;
  int turns_ = 0;
};

// Decodes the file and keeps the frames chosen for one of `expected` frames; gives the true number too.
Video decode_chosen(const std::filesystem::path& path, const FrameChoice& choose, std::int64_t expected) {
  VideoFile file(path);
  const std::vector<std::int64_t> chosen = choose(expected);
  ToRgb to_rgb(path.string());
  Video video;
  video.total = file.decode([&](std::int64_t index, const AVFrame& picture) {
    std::size_t next = video.frames.size();
    if (next == chosen.size() || chosen[next] != index) return;
    Frame frame = to_rgb(picture);
    for (int turn = 0; turn < file.turns(); ++turn) frame = rotated_left(frame);
    for (; next < chosen.size() && chosen[next] == index; ++next) video.frames.push_back(frame);
  });
  return video;
}

}  // namespace

Video read_video(const std::filesystem::path& path, const FrameChoice& choose) {
  if (!std::filesystem::is_regular_file(path)) {
    throw Failure("cannot read " + path.string() + ": give an existing video file");
  }
  const std::int64_t expected = VideoFile(path).count_packets();
  if (expected == 0) throw Failure(path.string() + " has no frames: give a video file");
  Video video = decode_chosen(path, choose, expected);
  if (video.total == 0) throw Failure(path.string() + ": none of its frames decodes: the file is damaged");
  if (video.total != expected) video = decode_chosen(path, choose, video.total);
  return video;
}

}  // namespace rt3d::cli
