#include "video/video.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>

#include "base/error.h"
#include "video/container.h"
#include "video/orientation.h"

namespace rt3d::video {
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

std::optional<DisplayMatrix> display_matrix(const AVStream& stream) {
  std::size_t bytes = 0;
  const std::uint8_t* data = av_stream_get_side_data(&stream, AV_PKT_DATA_DISPLAYMATRIX, &bytes);
  DisplayMatrix matrix;
  if (data == nullptr || bytes != sizeof matrix) return std::nullopt;
  std::memcpy(matrix.data(), data, sizeof matrix);
  return matrix;
}

// Converts pictures to RGB with the colour matrix and range that they name, by the conversion that FFmpeg's
// own tools and its bindings use by default: training pipelines saw these pixels.
class ToRgb {
 public:
  explicit ToRgb(std::string where) : where_(std::move(where)) {}

  Frame operator()(const AVFrame& picture) {
    if (picture.width <= 0 || picture.height <= 0 || picture.width > kMaxSide || picture.height > kMaxSide) {
      fail(Code::unsupported, where_, ": frames of ", picture.width, "x", picture.height,
           " are not supported: at most ", kMaxSide, " a side");
    }
    const auto format = static_cast<AVPixelFormat>(picture.format);
    scaler_.reset(sws_getCachedContext(scaler_.release(), picture.width, picture.height, format,
                                       picture.width, picture.height, AV_PIX_FMT_RGB24, SWS_BILINEAR, nullptr,
                                       nullptr, nullptr));
    if (!scaler_) fail(Code::unsupported, where_, ": frames of this pixel format cannot be converted to RGB");
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
    container_.reset(open_container(where_));
    const AVCodec* codec = nullptr;
    stream_ = av_find_best_stream(container_.get(), AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
    if (stream_ < 0 || codec == nullptr)
      fail(Code::unsupported, where_, " has no video that FFmpeg can decode: give a video file");
    decoder_.reset(avcodec_alloc_context3(codec));
    const AVStream& stream = *container_->streams[stream_];
    const std::optional<DisplayMatrix> matrix = display_matrix(stream);
    if (matrix) orientation_ = orientation_of(*matrix);
    if (!decoder_ || avcodec_parameters_to_context(decoder_.get(), stream.codecpar) < 0) {
      fail(Code::unsupported, where_, ": cannot set up its decoder");
    }
    decoder_->thread_count = 0;
    const int status = avcodec_open2(decoder_.get(), codec, nullptr);
    if (status < 0)
      fail(Code::unsupported, where_, ": cannot open its decoder, ", codec->name, ": ",
           ffmpeg_reason(status));
  }

  // How many frames the file holds, to be decoded or, where the file is cut, promised by its index: packets and frames are one
  // to one in almost every file.
  struct Count {
    std::int64_t packets = 0;
    std::int64_t promised = 0;
    bool readable = true;         // to the end
    double seconds = 0;           // from the start to the end of the last packet, sound and all
    double seconds_promised = 0;  // by the header; 0: it says nothing
  };
  Count count() {
    Count count{.promised = indexed(), .seconds_promised = promised_seconds()};
    Packet packet(av_packet_alloc());
    int status = 0;
    while ((status = av_read_frame(container_.get(), packet.get())) >= 0) {
      count.seconds = std::max(count.seconds, end_of(*packet));
      if (packet->stream_index == stream_ && !(packet->flags & AV_PKT_FLAG_DISCARD)) ++count.packets;
      av_packet_unref(packet.get());
    }
    count.readable = status == AVERROR_EOF;
    return count;
  }

  // Decodes everything, calling `visit` with each picture; damaged packets are skipped.
  struct Decoded {
    std::int64_t frames = 0;
    std::int64_t errors = 0;  // packets that gave none, and frames that were made up in part
  };
  Decoded decode(const std::function<void(std::int64_t, const AVFrame&)>& visit) {
    Packet packet(av_packet_alloc());
    Decoded decoded;
    while (av_read_frame(container_.get(), packet.get()) >= 0) {
      if (packet->stream_index == stream_) {
        if (avcodec_send_packet(decoder_.get(), packet.get()) < 0) ++decoded.errors;
        drain(visit, decoded);
      }
      av_packet_unref(packet.get());
    }
    avcodec_send_packet(decoder_.get(), nullptr);
    drain(visit, decoded);
    return decoded;
  }

  // Nothing when the file asks for a turn that is none by a quarter.
  std::optional<Orientation> orientation() const { return orientation_; }

 private:
  // What a header says, such as Matroska's; not what FFmpeg estimates where none does.
  double promised_seconds() const {
    const bool said =
        container_->duration_estimation_method == AVFMT_DURATION_FROM_STREAM && container_->duration > 0;
    return said ? static_cast<double>(container_->duration) / AV_TIME_BASE : 0;
  }
  double end_of(const AVPacket& packet) const {
    if (packet.pts == AV_NOPTS_VALUE) return 0;
    const double start = container_->start_time == AV_NOPTS_VALUE
                             ? 0
                             : static_cast<double>(container_->start_time) / AV_TIME_BASE;
    return static_cast<double>(packet.pts + packet.duration) *
               av_q2d(container_->streams[packet.stream_index]->time_base) -
           start;
  }

  // The samples that an MP4's or AVI's index lists, without those that an edit list hides; 0 where there is no such index.
  std::int64_t indexed() const {
    AVStream* stream = container_->streams[stream_];
    if (stream->nb_frames <= 0) return 0;
    std::int64_t shown = 0;
    for (int i = 0; i < avformat_index_get_entries_count(stream); ++i)
      shown += (avformat_index_get_entry(stream, i)->flags & AVINDEX_DISCARD_FRAME) ? 0 : 1;
    return std::min(shown, stream->nb_frames);
  }

  void drain(const std::function<void(std::int64_t, const AVFrame&)>& visit, Decoded& decoded) {
    Picture picture(av_frame_alloc());
    for (int failures = 0; failures < kMostFailures;) {
      const int status = avcodec_receive_frame(decoder_.get(), picture.get());
      if (status == AVERROR(EAGAIN) || status == AVERROR_EOF) return;
      if (status < 0) {
        ++failures;
        ++decoded.errors;
        continue;
      }
      failures = 0;
      const bool made_up = (picture->flags & AV_FRAME_FLAG_CORRUPT) != 0 || picture->decode_error_flags != 0;
      decoded.errors += made_up ? 1 : 0;
      visit(decoded.frames++, *picture);
      av_frame_unref(picture.get());
    }
  }

  static constexpr int kMostFailures = 64;  // in a row, each of a frame that a thread had begun
  std::string where_;
  Container container_;
  Decoder decoder_;
  int stream_ = -1;
  std::optional<Orientation> orientation_ = Orientation{};
};

// Decodes the file and keeps the frames chosen for one of `expected` frames; gives the true number too.
Video decode_chosen(const std::filesystem::path& path, const FrameChoice& choose, std::int64_t expected) {
  VideoFile file(path);
  const std::vector<std::int64_t> chosen = choose(expected);
  const Orientation orientation = file.orientation().value_or(Orientation{});
  ToRgb to_rgb(path.string());
  Video video;
  const VideoFile::Decoded decoded = file.decode([&](std::int64_t index, const AVFrame& picture) {
    std::size_t next = video.frames.size();
    if (next == chosen.size() || chosen[next] != index) return;
    const Frame frame = oriented(to_rgb(picture), orientation);
    for (; next < chosen.size() && chosen[next] == index; ++next) video.frames.push_back(frame);
  });
  video.total = decoded.frames;
  video.errors = decoded.errors;
  return video;
}

constexpr double kSecondsMissed = 0.25;  // at the end of a file: more is no rounding and no last frame

std::vector<std::string> warnings_of(const std::string& where, const Video& video,
                                     const VideoFile::Count& count, bool oriented) {
  std::vector<std::string> warnings;
  if (!oriented)
    warnings.push_back(where +
                       " asks for a turn that is no quarter turn: its frames are used as they are stored");
  const std::int64_t promised = std::max(count.packets, count.promised);
  if (video.errors > 0 || !count.readable || count.packets < count.promised)
    warnings.push_back(cat(where, " is damaged or cut: ", video.total, " of ", promised,
                           " frames were decoded",
                           video.errors > 0 ? cat(", with ", video.errors, " errors") : ""));
  else if (count.promised == 0 && count.seconds < count.seconds_promised - kSecondsMissed)
    warnings.push_back(cat(where, " is cut: ", video.total, " frames were decoded, which end after ",
                           count.seconds, " of ", count.seconds_promised, " s"));
  return warnings;
}

}  // namespace

Video read_video(const std::filesystem::path& path, const FrameChoice& choose) {
  if (!std::filesystem::is_regular_file(path)) {
    fail(Code::io, "cannot read ", path.string(), ": give an existing video file");
  }
  VideoFile file(path);
  const VideoFile::Count count = file.count();
  if (count.packets == 0) fail(Code::io, path.string(), " has no frames: give a video file");
  Video video = decode_chosen(path, choose, count.packets);
  if (video.total == 0) fail(Code::io, path.string(), ": none of its frames decodes: the file is damaged");
  if (video.total != count.packets) video = decode_chosen(path, choose, video.total);
  video.warnings = warnings_of(path.string(), video, count, file.orientation().has_value());
  return video;
}

}  // namespace rt3d::video
