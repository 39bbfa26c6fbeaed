// One pass over the weights, in blocks of 32 output channels, the largest group. A block's rows become bytes that say where any of
// 4 rows holds something; these are joined, still in cache, to 8, 16 and 32 rows and to 4 and 8 input channels, and what each
// group's units keep is counted on the way. No pattern is stored.
#include "kernels/sparsity_detection.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <iterator>
#include <numeric>
#include <vector>

#include "base/error.h"
#include "base/random.h"

namespace rt3d::kernels {
namespace {

constexpr double kWorthwhile = 0.1;  // removed: with less, no sparse code is faster than dense code
constexpr double kFull = 0.6;  // of the weights in kept units: zeros lying anyhow leave less than a half
constexpr double kSlack = 1.0 / 16;  // of the weights kept by the finest group
constexpr int kSamples = 1024;       // of a tenth of zeros these see 102 ± 10, and never less than …
constexpr int kFewZeros = kSamples / 20;
constexpr int kFirstSamples = 256;  // a tenth of zeros escapes these once in 10^11 times

constexpr int kBlock = 32;  // output channels
constexpr int kFinest = 4;
constexpr std::int64_t kPiece = 64;  // bytes at once: a constant, so that the compiler makes vectors of it
constexpr std::size_t kOutputSizes = std::size(kOutputGroups), kInputSizes = std::size(kInputGroups);
static_assert(kOutputGroups[0] == kFinest && kOutputGroups[kOutputSizes - 1] == kBlock &&
              kInputGroups[0] == 1);

using Bytes = std::vector<std::uint8_t>;

struct Kept {
  std::int64_t kgs = 0, vanilla = 0;  // weights
};

struct Counts {
  std::int64_t nonzeros = 0, zero_filters = 0;
  std::array<std::array<Kept, kInputSizes>, kOutputSizes> kept{};

  void add(const Counts& other) {
    nonzeros += other.nonzeros;
    zero_filters += other.zero_filters;
    for (std::size_t m = 0; m < kOutputSizes; ++m)
      for (std::size_t n = 0; n < kInputSizes; ++n) {
        kept[m][n].kgs += other.kept[m][n].kgs;
        kept[m][n].vanilla += other.kept[m][n].vanilla;
      }
  }
};

std::uint32_t magnitude(const std::byte* weight) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, weight, sizeof bits);
  return bits << 1;  // without the sign
}

// Seldom reads all the samples: dense weights show in the first ones, pruned ones when enough zeros were seen.
bool few_zeros(const Tensor& weights) {
  if (weights.elements() < 16 * kSamples) return false;
  Random random(1);
  int zeros = 0;
  for (int i = 0; i < kSamples && zeros < kFewZeros; ++i) {
    if (i == kFirstSamples && zeros == 0) return true;
    zeros += magnitude(weights.bytes().data() +
                       sizeof(float) * static_cast<std::size_t>(random.below(weights.elements()))) == 0;
  }
  return zeros < kFewZeros;
}

// Of 8 bytes whose sum is below 256.
std::int64_t sum_of_bytes(std::uint64_t bytes) {
  return static_cast<std::int64_t>(bytes * 0x0101010101010101 >> 56);
}

// Sets a byte of `any` to 1 wherever the row holds something; gives how many weights do.
std::int64_t mark(const std::byte* row, std::int64_t length, std::uint8_t* any) {
  std::array<std::uint32_t, kPiece> bits;
  std::int64_t nonzeros = 0, at = 0;
  for (; at + kPiece <= length; at += kPiece) {
    std::memcpy(bits.data(), row + sizeof(float) * static_cast<std::size_t>(at), sizeof bits);
    std::uint32_t count = 0;
    for (std::uint32_t& b : bits) count += b = (b << 1) != 0 ? 1 : 0;
    for (std::size_t i = 0; i < kPiece; ++i)
      any[at + static_cast<std::int64_t>(i)] |= static_cast<std::uint8_t>(bits[i]);
    nonzeros += count;
  }
  for (; at < length; ++at) {
    const bool something = magnitude(row + sizeof(float) * static_cast<std::size_t>(at)) != 0;
    any[at] |= something ? 1 : 0;
    nonzeros += something;
  }
  return nonzeros;
}

class Scan {
 public:
  explicit Scan(const Tensor& weights)
      : data_(weights.bytes().data()),
        oc_(weights.shape()[0]),
        ic_(weights.shape()[1]),
        positions_(weights.elements() / (oc_ * ic_)),
        length_(ic_ * positions_),
        stride_((length_ + kPiece - 1) / kPiece * kPiece) {}

  std::int64_t blocks() const { return (oc_ + kBlock - 1) / kBlock; }
  // One row of bytes for every 4 of a block's, and what the last one's words may reach beyond its end.
  std::size_t scratch_bytes() const {
    return static_cast<std::size_t>(kBlock / kFinest * stride_) + sizeof(std::uint64_t);
  }

  void block(std::int64_t index, std::uint8_t* scratch, Counts& counts) const {
    const std::int64_t first = index * kBlock;
    const std::int64_t rows = std::min<std::int64_t>(kBlock, oc_ - first);
    std::fill_n(scratch, kBlock / kFinest * stride_, std::uint8_t{0});
    for (std::int64_t r = 0; r < rows; ++r) {
      const std::byte* row = data_ + sizeof(float) * static_cast<std::size_t>((first + r) * length_);
      const std::int64_t nonzeros = mark(row, length_, scratch + r / kFinest * stride_);
      counts.nonzeros += nonzeros;
      counts.zero_filters += nonzeros == 0;
    }
    for (std::size_t m = 0; m < kOutputSizes; ++m) {
      const std::int64_t gm = kOutputGroups[m], groups = (rows + gm - 1) / gm;
      if (m > 0) join_rows(scratch, groups);
      for (std::int64_t g = 0; g < groups; ++g)
        count(scratch + g * stride_, std::min(gm, rows - g * gm), counts.kept[m]);
    }
  }

 private:
  // Two rows become one; rows after the last are zero.
  void join_rows(std::uint8_t* rows, std::int64_t joined) const {
    for (std::int64_t g = 0; g < joined; ++g)
      for (std::int64_t at = 0; at < stride_; at += kPiece) {
        std::array<std::uint8_t, kPiece> a, b;
        std::memcpy(a.data(), rows + 2 * g * stride_ + at, kPiece);
        std::memcpy(b.data(), rows + (2 * g + 1) * stride_ + at, kPiece);
        for (std::size_t i = 0; i < kPiece; ++i) a[i] |= b[i];
        std::memcpy(rows + g * stride_ + at, a.data(), kPiece);
      }
    std::fill_n(rows + joined * stride_, joined * stride_, std::uint8_t{0});
  }

  // What `rows` output channels keep, in units of every number of input channels: 8 channels and 8 positions at once.
  void count(const std::uint8_t* any, std::int64_t rows, std::array<Kept, kInputSizes>& kept) const {
    static_assert(kInputSizes == 3 && kInputGroups[1] == 4 && kInputGroups[2] == 8);
    for (std::int64_t i = positions_ == 1 ? count_columns(any, rows, kept) : 0; i < ic_; i += 8) {
      const std::int64_t left = std::min<std::int64_t>(4, ic_ - i),
                         right = std::clamp<std::int64_t>(ic_ - i - 4, 0, 4);
      std::array<std::uint64_t, 8> held{};  // at any position, by channel
      for (std::int64_t p = 0; p < positions_; p += 8) {
        const std::uint64_t mask = ~std::uint64_t{0} >> 8 * (8 - std::min<std::int64_t>(8, positions_ - p));
        std::array<std::uint64_t, 8> w{};
        std::uint64_t sum = 0;
        for (std::int64_t c = 0; c < left + right; ++c) {
          auto& word = w[static_cast<std::size_t>(c)];
          std::memcpy(&word, any + (i + c) * positions_ + p, sizeof word);
          sum += word &= mask;
          held[static_cast<std::size_t>(c)] |= word;
        }
        const std::uint64_t first = w[0] | w[1] | w[2] | w[3], second = w[4] | w[5] | w[6] | w[7];
        kept[0].kgs += rows * sum_of_bytes(sum);
        kept[1].kgs += rows * (left * sum_of_bytes(first) + right * sum_of_bytes(second));
        kept[2].kgs += rows * (left + right) * sum_of_bytes(first | second);
      }
      std::int64_t channels = 0;
      for (const std::uint64_t h : held) channels += h != 0 ? 1 : 0;
      const bool first = (held[0] | held[1] | held[2] | held[3]) != 0,
                 second = (held[4] | held[5] | held[6] | held[7]) != 0;
      kept[0].vanilla += rows * positions_ * channels;
      kept[1].vanilla += rows * positions_ * ((first ? left : 0) + (second ? right : 0));
      kept[2].vanilla += rows * positions_ * (first || second ? left + right : 0);
    }
  }

  // The same for matrices, a piece of channels at once; gives how many channels that were.
  std::int64_t count_columns(const std::uint8_t* any, std::int64_t rows,
                             std::array<Kept, kInputSizes>& kept) const {
    std::array<std::int64_t, kInputSizes> units{};
    std::int64_t i = 0;
    for (; i + kPiece <= ic_; i += kPiece) {
      std::array<std::uint32_t, kPiece / 4> fours;
      std::memcpy(fours.data(), any + i, kPiece);
      std::uint32_t ones = 0, held = 0, pairs = 0;
      for (const std::uint32_t four : fours) ones += four;  // at most 16 in a byte
      for (std::uint32_t& four : fours) held += four = four != 0 ? 1 : 0;
      for (std::size_t j = 0; j < fours.size(); j += 2) pairs += fours[j] | fours[j + 1];
      units[0] += sum_of_bytes(ones);
      units[1] += held;
      units[2] += pairs;
    }
    for (std::size_t n = 0; n < kInputSizes; ++n) {
      kept[n].kgs += units[n] * rows * kInputGroups[n];
      kept[n].vanilla += units[n] * rows * kInputGroups[n];
    }
    return i;
  }

  const std::byte* data_;
  std::int64_t oc_, ic_, positions_;
  std::int64_t length_, stride_;  // of a row of weights, and of its bytes
};

Counts scan(const Tensor& weights, ThreadPool* pool) {
  const Scan scan(weights);
  const std::size_t workers = pool ? static_cast<std::size_t>(pool->size()) : 1;
  std::vector<Bytes> scratch(workers, Bytes(scan.scratch_bytes()));
  std::vector<Counts> parts(workers);
  const auto body = [&](std::int64_t index, int worker) {
    const auto w = static_cast<std::size_t>(worker);
    scan.block(index, scratch[w].data(), parts[w]);
  };
  if (pool)
    pool->run(scan.blocks(), body);
  else
    for (std::int64_t i = 0; i < scan.blocks(); ++i) body(i, 0);
  for (std::size_t w = 1; w < workers; ++w) parts[0].add(parts[w]);
  return parts[0];
}

// A group: indices into kOutputGroups and kInputGroups.
struct Group {
  std::size_t m, n;
};

// Whether a smaller group of the table would part the channels alike.
bool redundant(Group group, std::int64_t oc, std::int64_t ic) {
  return (group.m > 0 && kOutputGroups[group.m - 1] >= oc) ||
         (group.n > 0 && kInputGroups[group.n - 1] >= ic);
}

// In the order of trying. Groups do not cross those of a grouped convolution.
std::vector<Group> candidates(std::int64_t oc, std::int64_t ic, const DetectionRequest& request) {
  std::vector<Group> groups;
  for (std::size_t m = kOutputSizes; m-- > 0;)
    for (std::size_t n = kInputSizes; n-- > 0;) {
      if (request.groups > 1 && oc / request.groups % kOutputGroups[m] != 0) continue;
      const bool hinted =
          request.hint && request.hint->gm == kOutputGroups[m] && request.hint->gn == kInputGroups[n];
      if (hinted)
        groups.insert(groups.begin(), {m, n});
      else if (!redundant({m, n}, oc, ic))
        groups.push_back({m, n});
    }
  return groups;
}

bool as_good(std::int64_t kept, std::int64_t finest) {
  return static_cast<double>(kept - finest) <= kSlack * static_cast<double>(finest);
}

}  // namespace

std::string SparsityReport::text() const {
  if (!sparsity) return "";
  std::string text = sparsity->text();
  if (one_position) text.replace(0, text.find(':'), hinted ? scheme_name(*hinted) : "kgs=vanilla");
  return text;
}

SparsityReport detect_sparsity(const Tensor& weights, const DetectionRequest& request) {
  SparsityReport report;
  if (weights.dtype() != DType::f32 || weights.shape().rank() < 2 || weights.elements() <= 0 ||
      few_zeros(weights))
    return report;
  const auto size = static_cast<double>(weights.elements());
  const std::int64_t positions = weights.elements() / (weights.shape()[0] * weights.shape()[1]);
  const std::vector<Group> groups = candidates(weights.shape()[0], weights.shape()[1], request);
  const Counts counts = scan(weights, request.pool);
  const std::int64_t finest = counts.kept[0][0].kgs;
  report.zeros = 1 - static_cast<double>(counts.nonzeros) / size;
  report.zero_filters = counts.zero_filters;
  if (groups.empty()) return report;  // of a grouped convolution, too narrow for any
  report.removed = 1 - static_cast<double>(finest) / size;
  if (report.removed < kWorthwhile ||
      static_cast<double>(counts.nonzeros) < kFull * static_cast<double>(finest))
    return report;
  for (const Group group : groups) {
    const Kept& kept = counts.kept[group.m][group.n];
    if (!as_good(kept.kgs, finest)) continue;
    const bool vanilla = as_good(kept.vanilla, kept.kgs);
    report.removed = 1 - static_cast<double>(vanilla ? kept.vanilla : kept.kgs) / size;
    report.sparsity = {vanilla ? Scheme::vanilla : Scheme::kgs, kOutputGroups[group.m], kInputGroups[group.n],
                       std::clamp(static_cast<int>(std::lround(100 * (1 - report.removed))), 1, 99)};
    report.one_position = positions == 1;
    if (report.one_position && request.hint && request.hint->gm == report.sparsity->gm &&
        request.hint->gn == report.sparsity->gn)
      report.hinted = request.hint->scheme;
    break;
  }
  return report;
}

}  // namespace rt3d::kernels
