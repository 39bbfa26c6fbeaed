#include "jit/tile_transform.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/error.h"
#include "jit/emit_activation.h"

namespace rt3d::jit {
namespace {

constexpr Gp kArgs{0}, kIn{1}, kOut{2}, kBias{3}, kResidual{4}, kScratch{5}, kCount{6};

// Register use: inputs and temporaries of the program at hand | constants of both | scratch of the activation.
struct Layout {
  LinearProgram cols, rows;
  std::vector<float> constants;

  explicit Layout(const TransformShape& s)
      : cols(*s.cols, s.read.x_first, s.read.x_last), rows(*s.rows, s.read.y_first, s.read.y_last) {
    for (const LinearProgram* p : {&cols, &rows})
      for (float c : p->constants())
        if (std::find(constants.begin(), constants.end(), c) == constants.end()) constants.push_back(c);
  }
  int working() const { return std::max(cols.registers(), rows.registers()); }
  Vec constant(float value) const {
    return {working() +
            static_cast<int>(std::find(constants.begin(), constants.end(), value) - constants.begin())};
  }
  int first_free() const { return working() + static_cast<int>(constants.size()); }
};

class Emitter {
 public:
  Emitter(Asm& as, const TransformShape& shape) : as_(as), s_(shape), layout_(shape) {}

  void run() {
    as_.load_pointer(kIn, kArgs, offsetof(TransformArgs, in));
    as_.load_pointer(kOut, kArgs, offsetof(TransformArgs, out));
    as_.load_pointer(kScratch, kArgs, offsetof(TransformArgs, scratch));
    as_.load_pointer(kCount, kArgs, offsetof(TransformArgs, count));
    if (s_.epilogue) as_.load_pointer(kBias, kArgs, offsetof(TransformArgs, bias));
    if (s_.has_residual) as_.load_pointer(kResidual, kArgs, offsetof(TransformArgs, residual));
    for (float c : layout_.constants) as_.constant(layout_.constant(c), c);
    const Label top = as_.new_label();
    as_.bind(top);
    if (flat()) {
      program(
          layout_.cols, [&](int x) { as_.load({x}, kIn, x * s_.in.x); }, s_.read.x_first, s_.read.x_last,
          [&](int x, Vec v) { finish(0, x, v); });
    } else {
      columns();
      rows();
    }
    as_.add(kIn, s_.in.tile);
    as_.add(kOut, s_.out.tile);
    if (s_.has_residual) as_.add(kResidual, s_.residual.tile);
    as_.decrement_and_loop(kCount, top);
  }

 private:
  bool flat() const { return s_.rows->inputs == 1 && s_.rows->outputs == 1; }
  std::int32_t scratch_at(int y, int x) const { return (y * s_.cols->outputs + x) * as_.vector_bytes(); }

  template <typename Load, typename Give>
  void program(const LinearProgram& p, const Load& load, int first, int last, const Give& give) {
    for (int i = first; i < last; ++i) load(i);
    std::vector<Vec> registers, constants;
    for (int i = 0; i < p.registers(); ++i) registers.push_back({i});
    constants.reserve(p.constants().size());
    for (float c : p.constants()) constants.push_back(layout_.constant(c));
    p.emit(as_, registers, constants, give);
  }

  void columns() {
    for (int y = s_.read.y_first; y < s_.read.y_last; ++y)
      program(
          layout_.cols, [&](int x) { as_.load({x}, kIn, y * s_.in.y + x * s_.in.x); }, s_.read.x_first,
          s_.read.x_last, [&](int x, Vec v) { as_.store(v, kScratch, scratch_at(y, x)); });
  }
  void rows() {
    for (int x = s_.write.x_first; x < s_.write.x_last; ++x)
      program(
          layout_.rows, [&](int y) { as_.load({y}, kScratch, scratch_at(y, x)); }, s_.read.y_first,
          s_.read.y_last, [&](int y, Vec v) { finish(y, x, v); });
  }

  void finish(int y, int x, Vec v) {
    if (y < s_.write.y_first || y >= s_.write.y_last || x < s_.write.x_first || x >= s_.write.x_last) return;
    if (s_.epilogue) {
      const Vec spare{layout_.first_free()};
      as_.add_load(v, kBias, 0, spare);
      if (s_.has_residual) as_.add_load(v, kResidual, y * s_.residual.y + x * s_.residual.x, spare);
      std::vector<Vec> scratch;
      for (int i = layout_.first_free(); i < as_.vectors(); ++i) scratch.push_back({i});
      const Vec values[] = {v};
      emit_activation(as_, s_.activation, values, scratch);
    }
    as_.store(v, kOut, y * s_.out.y + x * s_.out.x);
  }

  Asm& as_;
  const TransformShape& s_;
  Layout layout_;
};

std::string text(const TransformStrides& s) { return cat(s.y, ".", s.x, ".", s.tile); }
std::string text(const TileWindow& w) { return cat(w.y_first, "-", w.y_last, "x", w.x_first, "-", w.x_last); }

}  // namespace

std::string TransformShape::name() const {
  std::string out =
      cat("transform_", label, "_in", text(in), "_", text(read), "_out", text(this->out), "_", text(write));
  if (epilogue) out += cat("_", activation_label(activation));
  if (has_residual) out += cat("_res", text(residual));
  return out;
}

bool transform_fits(Isa isa, const TransformShape& shape) {
  const int spare =
      shape.epilogue ? std::max(activation_scratch(shape.activation.act), isa == Isa::neon ? 1 : 0) : 0;
  return Layout(shape).first_free() + spare <= isa_vectors(isa);
}

std::size_t transform_scratch_bytes(Isa isa, const TransformShape& shape) {
  return static_cast<std::size_t>(shape.rows->inputs * shape.cols->outputs * isa_lanes(isa)) * 4;
}

void emit_transform(Asm& as, const TransformShape& shape) {
  if (!transform_fits(as.isa(), shape)) fail(rt3d::Code::internal, shape.name(), " does not fit");
  Emitter(as, shape).run();
}

std::shared_ptr<const Code> transform(Isa isa, const TransformShape& shape) {
  return generate(shape.name(), isa, [&](Asm& as) { emit_transform(as, shape); });
}

}  // namespace rt3d::jit
