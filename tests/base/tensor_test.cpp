// Tensors that view a mapped file, and tensors whose rows are scaled when they are read.
#include "base/tensor.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <numeric>
#include <vector>

#include "base/error.h"

TEST_SUITE_BEGIN("base");

namespace rt3d {
namespace {

constexpr std::int64_t kCount = 3 << 20;  // 12 MiB: several of the parts that are copied at a time

// A file of `kCount` numbers behind `before` other bytes, gone with the object but not before the mapping.
class NumbersFile {
 public:
  explicit NumbersFile(std::size_t before)
      : path_(std::filesystem::temp_directory_path() / ("rt3d-tensor-" + std::to_string(::getpid()))) {
    std::vector<float> numbers(kCount);
    std::iota(numbers.begin(), numbers.end(), 1.0f);
    std::ofstream(path_, std::ios::binary)
        << std::string(before, 'x')
        << std::string_view(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float));
    const auto file = MappedFile::open(path_);
    tensor = Tensor::in_file({DType::f32, Shape{kCount}}, file->bytes().subspan(before), file);
  }
  ~NumbersFile() { std::filesystem::remove(path_); }
  NumbersFile(const NumbersFile&) = delete;
  NumbersFile& operator=(const NumbersFile&) = delete;

  Tensor tensor;

 private:
  std::filesystem::path path_;
};

bool counts_up(const Tensor& tensor) {
  const auto values = tensor.values<float>();
  for (std::int64_t i = 0; i < kCount; ++i)
    if (values[static_cast<std::size_t>(i)] != static_cast<float>(i + 1)) return false;
  return true;
}

}  // namespace

TEST_CASE("a tensor in a file reads the same after its pages were released") {
  const NumbersFile numbers(8);
  REQUIRE(numbers.tensor.aligned());
  CHECK(counts_up(numbers.tensor));
  numbers.tensor.release_pages();
  CHECK(counts_up(numbers.tensor));
  CHECK(numbers.tensor.aligned_copy().bytes().data() == numbers.tensor.bytes().data());
}

TEST_CASE("a copy in memory is aligned and does not need the file") {
  for (const std::size_t before : {8, 5}) {
    Tensor copy;
    {
      const NumbersFile numbers(before);
      CHECK(numbers.tensor.aligned() == (before == 8));
      copy = numbers.tensor.in_memory();
      CHECK(copy.bytes().data() != numbers.tensor.bytes().data());
    }
    REQUIRE(copy.aligned());
    CHECK(counts_up(copy));
    CHECK(copy.in_memory().bytes().data() == copy.bytes().data());
    copy.release_pages();  // not a file's: they stay
    CHECK(counts_up(copy));
  }
}

TEST_CASE(
    "rows are scaled when a copy is made, however they lie in a file and in the parts that are copied") {
  const std::vector<double> factors = {0.3, -7};
  constexpr std::int64_t kRow = kCount / 2;
  for (const std::size_t before : {8, 5}) {
    const NumbersFile numbers(before);
    const Tensor product = numbers.tensor.reshaped(Shape{2, kRow}).rows_scaled(factors);
    CHECK(product.scaled());
    CHECK(!product.aligned());
    CHECK(product.byte_count() == kCount * sizeof(float));
    CHECK_THROWS_AS(product.bytes(), Error);
    CHECK_THROWS_AS(product.values<float>(), Error);
    CHECK(product.unscaled().bytes().data() == numbers.tensor.bytes().data());
    for (const Tensor& made : {product.in_memory(), product.aligned_copy()}) {
      CHECK(!made.scaled());
      std::int64_t wrong = 0;
      for (std::int64_t i = 0; i < kCount; ++i)
        wrong += made.values<float>()[static_cast<std::size_t>(i)] !=
                 static_cast<float>(static_cast<float>(i + 1) * factors[static_cast<std::size_t>(i / kRow)]);
      CHECK(wrong == 0);
    }
  }
}

TEST_CASE("rows that are scaled twice are rounded after each time, and reshaping makes the product") {
  const std::vector<float> numbers = {0.1f, 3, -1, 7};
  const Tensor plain = Tensor::of<float>(DType::f32, Shape{2, 2}, numbers);
  const Tensor twice = plain.rows_scaled({0.1, 2}).rows_scaled({0.7, 1 / 3.0});
  const Tensor made = twice.in_memory();
  const auto values = made.values<float>();
  CHECK(values[0] == static_cast<float>(static_cast<float>(0.1f * 0.1) * 0.7));
  CHECK(values[3] == static_cast<float>(14 * (1 / 3.0)));
  const Tensor flat = twice.reshaped(Shape{4});
  CHECK(!flat.scaled());
  CHECK(flat.values<float>()[3] == values[3]);
  CHECK(twice.identity() == Tensor(twice).identity());
  CHECK(plain.rows_scaled({1, 2}).identity() != plain.identity());
  CHECK_THROWS_AS(plain.rows_scaled({1, 2, 3}), Error);
}

}  // namespace rt3d

TEST_SUITE_END();
