#include "video/made_video.h"

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/display.h>
}
#include <doctest/doctest.h>

#include <cstring>

namespace rt3d::video {
namespace {

// What PNG's encoder makes of the frame.
void encode(const Frame& frame, AVPacket* packet) {
  AVCodecContext* encoder = avcodec_alloc_context3(avcodec_find_encoder(AV_CODEC_ID_PNG));
  encoder->width = frame.width;
  encoder->height = frame.height;
  encoder->pix_fmt = AV_PIX_FMT_RGB24;
  encoder->time_base = {1, 25};
  REQUIRE(avcodec_open2(encoder, nullptr, nullptr) >= 0);
  AVFrame* picture = av_frame_alloc();
  picture->width = frame.width;
  picture->height = frame.height;
  picture->format = AV_PIX_FMT_RGB24;
  REQUIRE(av_frame_get_buffer(picture, 0) >= 0);
  const std::size_t row = static_cast<std::size_t>(frame.width) * 3;
  for (int y = 0; y < frame.height; ++y)
    std::memcpy(picture->data[0] + static_cast<std::ptrdiff_t>(y) * picture->linesize[0], frame.pixel(0, y),
                row);
  REQUIRE(avcodec_send_frame(encoder, picture) >= 0);
  REQUIRE(avcodec_send_frame(encoder, nullptr) >= 0);
  REQUIRE(avcodec_receive_packet(encoder, packet) >= 0);
  av_frame_free(&picture);
  avcodec_free_context(&encoder);
}

}  // namespace

void write_video(const std::string& path, const std::vector<Frame>& frames, const DisplayMatrix* matrix) {
  AVFormatContext* container = nullptr;
  const std::string url = "file:" + path;
  REQUIRE(avformat_alloc_output_context2(&container, nullptr, nullptr, url.c_str()) >= 0);
  AVStream* stream = avformat_new_stream(container, nullptr);
  stream->codecpar->codec_type = AVMEDIA_TYPE_VIDEO;
  stream->codecpar->codec_id = AV_CODEC_ID_PNG;
  stream->codecpar->width = frames[0].width;
  stream->codecpar->height = frames[0].height;
  stream->codecpar->format = AV_PIX_FMT_RGB24;
  stream->time_base = {1, 25};
  if (matrix != nullptr)
    std::memcpy(av_stream_new_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, sizeof *matrix), matrix->data(),
                sizeof *matrix);
  REQUIRE(avio_open(&container->pb, url.c_str(), AVIO_FLAG_WRITE) >= 0);
  AVDictionary* options = nullptr;
  av_dict_set(&options, "movflags", "faststart", 0);      // the index comes first: a cut file keeps it
  av_dict_set(&options, "cluster_time_limit", "200", 0);  // Matroska's parts, in milliseconds
  REQUIRE(avformat_write_header(container, &options) >= 0);
  av_dict_free(&options);
  AVPacket* packet = av_packet_alloc();
  for (std::size_t k = 0; k < frames.size(); ++k) {
    encode(frames[k], packet);
    packet->stream_index = 0;
    packet->pts = packet->dts = av_rescale_q(static_cast<std::int64_t>(k), {1, 25}, stream->time_base);
    packet->duration = av_rescale_q(1, {1, 25}, stream->time_base);
    packet->flags |= AV_PKT_FLAG_KEY;
    REQUIRE(av_write_frame(container, packet) >= 0);
    av_packet_unref(packet);
  }
  av_packet_free(&packet);
  REQUIRE(av_write_trailer(container) >= 0);
  avio_closep(&container->pb);
  avformat_free_context(container);
}

DisplayMatrix turn_matrix(double degrees, bool mirror_x, bool mirror_y) {
  DisplayMatrix matrix;
  av_display_rotation_set(matrix.data(), degrees);
  av_display_matrix_flip(matrix.data(), mirror_x, mirror_y);
  return matrix;
}

std::string grey_video(int frames, int width, int height) {
  std::string text =
      "YUV4MPEG2 W" + std::to_string(width) + " H" + std::to_string(height) + " F25:1 Ip C444\n";
  const auto pixels = static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
  for (int k = 0; k < frames; ++k) {
    text += "FRAME\n" + std::string(pixels, static_cast<char>(16 + 10 * k)) +
            std::string(2 * pixels, static_cast<char>(128));
  }
  return text;
}

int grey_level(int frame) { return (10 * frame * 255 + 109) / 219; }

}  // namespace rt3d::video
