#include "wire_mutator.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "base/random.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

namespace rt3d::fuzz {
namespace {

// A field and where it stands: positions change when fields are added, so they are collected anew for every mutation.
struct Spot {
  Message* message;
  std::size_t index;
  Field& field() const { return message->fields[index]; }
};

void collect(Message& message, std::vector<Spot>& spots) {
  for (std::size_t i = 0; i < message.fields.size(); ++i) {
    spots.push_back({&message, i});
    collect(message.fields[i].message, spots);
  }
}

// Sizes, axes, counts and flags that have been wrong before, beside the values near what was there.
constexpr std::int64_t kIntegers[] = {0,
                                      1,
                                      -1,
                                      2,
                                      3,
                                      5,
                                      7,
                                      8,
                                      16,
                                      64,
                                      255,
                                      256,
                                      65536,
                                      0x7fffffff,
                                      -0x80000000ll,
                                      1000,
                                      1 << 20,
                                      1ll << 40,
                                      std::numeric_limits<std::int64_t>::max(),
                                      std::numeric_limits<std::int64_t>::min()};
constexpr float kReals[] = {0.0f,
                            -0.0f,
                            1.0f,
                            -1.0f,
                            0.5f,
                            1e-40f,
                            3e38f,
                            -3e38f,
                            std::numeric_limits<float>::infinity(),
                            -std::numeric_limits<float>::infinity(),
                            std::numeric_limits<float>::quiet_NaN()};

class Mutation {
 public:
  Mutation(Message& root, std::size_t most, std::uint64_t seed) : most_(most), random_(seed) {
    collect(root, spots_);
  }

  void apply() {
    if (spots_.empty()) return;
    const Spot spot = any();
    switch (random_.below(10)) {
      case 0: return erase(spot);
      case 1: return insert_copy(spot, spot.field());
      case 2: return exchange(spot);
      case 3:
      case 4: return replace_by_kin(spot);
      default: return change_leaf(leaf_near(spot));
    }
  }

 private:
  std::size_t below(std::size_t bound) {
    return static_cast<std::size_t>(random_.below(static_cast<std::int64_t>(bound)));
  }
  Spot any() { return spots_[below(spots_.size())]; }

  static void erase(Spot spot) {
    spot.message->fields.erase(spot.message->fields.begin() + static_cast<std::ptrdiff_t>(spot.index));
  }
  static void insert_copy(Spot spot, Field copy) {
    spot.message->fields.insert(spot.message->fields.begin() + static_cast<std::ptrdiff_t>(spot.index),
                                std::move(copy));
  }
  void exchange(Spot spot) {
    std::swap(spot.field(), spot.message->fields[below(spot.message->fields.size())]);
  }

  // By a field of the same meaning from elsewhere: another operator, another tensor's shape, another input's name.
  void replace_by_kin(Spot spot) {
    std::vector<const Field*> kin;
    for (const Spot& other : spots_)
      if (other.message->kind == spot.message->kind && other.field().number == spot.field().number)
        kin.push_back(&other.field());
    Field copy = *kin[below(kin.size())];
    spot.field() = std::move(copy);
  }

  // The spot, or else a leaf within: most fields are messages, most of the meaning lies in leaves.
  Spot leaf_near(Spot spot) {
    while (!spot.field().message.fields.empty())
      spot = {&spot.field().message, below(spot.field().message.fields.size())};
    return spot;
  }

  void change_leaf(Spot spot) {
    Field& field = spot.field();
    if (field.wire == 0) {
      field.integer = random_.below(2) ? field.integer + static_cast<std::uint64_t>(random_.below(5)) - 2
                                       : static_cast<std::uint64_t>(kIntegers[below(std::size(kIntegers))]);
    } else if (field.wire == 5) {
      field.integer = random_.below(2) ? random_.bits() & 0xffffffffu
                                       : std::bit_cast<std::uint32_t>(kReals[below(std::size(kReals))]);
    } else if (field.wire == 1) {
      field.integer = random_.bits();
    } else {
      change_bytes(field.bytes);
    }
  }

  void change_bytes(std::string& bytes) {
    if (bytes.size() % 8 == 0 && !bytes.empty() && random_.below(2)) {  // shapes, axes, dimensions
      const std::int64_t value = kIntegers[below(std::size(kIntegers))];
      std::memcpy(bytes.data() + 8 * below(bytes.size() / 8), &value, 8);
    } else if (bytes.size() % 4 == 0 && !bytes.empty() && random_.below(2)) {
      const float value = kReals[below(std::size(kReals))];
      std::memcpy(bytes.data() + 4 * below(bytes.size() / 4), &value, 4);
    } else {
      const std::size_t before = bytes.size(), room = std::min(before + 64, most_);
      bytes.resize(std::max(room, before));
      bytes.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), before, bytes.size()));
    }
  }

  std::size_t most_;
  Random random_;
  std::vector<Spot> spots_;
};

}  // namespace

std::size_t mutate_wire(std::uint8_t* data, std::size_t size, std::size_t most, std::uint64_t seed,
                        Kind kind) {
  Random random(seed);
  Message root;
  if (random.below(8) == 0 || !parse_wire({reinterpret_cast<const char*>(data), size}, kind, root))
    return LLVMFuzzerMutate(data, size, most);
  for (std::int64_t changes = 1 + random.below(3); changes > 0; --changes)
    Mutation(root, most, random.bits()).apply();
  const std::string bytes = wire_bytes(root);
  if (bytes.size() > most) return LLVMFuzzerMutate(data, size, most);
  std::copy(bytes.begin(), bytes.end(), data);
  return bytes.size();
}

}  // namespace rt3d::fuzz
