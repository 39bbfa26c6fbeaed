#include <doctest/doctest.h>

#include "graph/graph_text.h"

TEST_SUITE_BEGIN("graph");

namespace rt3d::graph {

TEST_CASE("reshaping operators become Reshape and chains of them one") {
  CHECK(after(normalize_reshape, R"(input x f32 1x4x1x1
const axes i64 1 = 2
a f32 1x4x1 = Squeeze(x, axes)
b f32 1x4 = Flatten(a) axis=1
output b)") == same(R"(input x f32 1x4x1x1
b f32 1x4 = Reshape(x)
output b)"));
}

TEST_CASE("Split becomes Slices and Slice loses its inputs") {
  CHECK(after(normalize_layout, R"(input x f32 1x5x2
const starts i64 1 = 1
const ends i64 1 = 9223372036854775807
const axes i64 1 = -1
a f32 1x3x2, b f32 1x2x2 = Split(x) axis=-2
c f32 1x2x1 = Slice(b, starts, ends, axes)
output a
output c)") == same(R"(input x f32 1x5x2
b f32 1x2x2 = Slice(x) axes=[1] starts=[3] steps=[1]
c f32 1x2x1 = Slice(b) axes=[2] starts=[1] steps=[1]
a f32 1x3x2 = Slice(x) axes=[1] starts=[0] steps=[1]
output a
output c)"));
}

TEST_CASE("a Gather of evenly spaced constant indices is a Slice") {
  CHECK(after(normalize_gather, R"(input x f32 2x9
const even i64 1x3 = 2 -5 6
const one i64 scalar = 8
const odd i64 3 = 1 2 4
a f32 2x1x3 = Gather(x, even) axis=1
b f32 2 = Gather(x, one) axis=-1
c f32 2x3 = Gather(x, odd) axis=1
output a
output b
output c)") == same(R"(input x f32 2x9
const odd i64 3 = 1 2 4
c f32 2x3 = Gather(x, odd) axis=1
a.slice f32 2x3 = Slice(x) axes=[1] starts=[2] steps=[2]
a f32 2x1x3 = Reshape(a.slice)
b.slice f32 2x1 = Slice(x) axes=[1] starts=[8] steps=[1]
b f32 2 = Reshape(b.slice)
output a
output b
output c)"));
}

TEST_CASE("a Pad's inputs become attributes for all axes") {
  CHECK(after(normalize_layout, R"(input x f32 1x2x3
const pads i64 2 = 1 2
const value f32 scalar = 0.5
const axes i64 1 = -1
y f32 1x2x6 = Pad(x, pads, value, axes)
output y)") == same(R"(input x f32 1x2x3
y f32 1x2x6 = Pad(x) mode=constant pads=0x0x1x0x0x2 value=0.5
output y)"));
}

TEST_CASE("an old Softmax works on the matrix it means") {
  CHECK(after(normalize_layout, R"(input x f32 2x3x4
y f32 2x3x4 = Softmax(x) axis=1 flattened=1
output y)") == same(R"(input x f32 2x3x4
y.rows f32 2x12 = Reshape(x)
y.softmax f32 2x12 = Softmax(y.rows) axis=1
y f32 2x3x4 = Reshape(y.softmax)
output y)"));
}

TEST_CASE("windows are written out and whole planes become global pooling") {
  CHECK(after(normalize_window, R"(input x f32 1x2x5x5
const w f32 2x2x3x3
a f32 1x2x3x3 = Conv(x, w) auto_pad=SAME_UPPER strides=2x2
b f32 1x2x2x2 = MaxPool(a) ceil_mode=1 kernel_shape=2x2 strides=2x2
c f32 1x2x1x1 = AveragePool(b) kernel_shape=2x2
output c)") == same(R"(input x f32 1x2x5x5
const w f32 2x2x3x3
a f32 1x2x3x3 = Conv(x, w) dilations=1x1 group=1 pads=1x1x1x1 strides=2x2
b f32 1x2x2x2 = MaxPool(a) dilations=1x1 kernel_shape=2x2 pads=0x0x0x0 strides=2x2
c f32 1x2x1x1 = GlobalAveragePool(b)
output c)"));
}

TEST_CASE("a mean over the spatial axes is global pooling, another one stays") {
  CHECK(after(normalize_window, R"(input x f32 1x2x3x4
const spatial i64 2 = -1 2
const last i64 1 = -1
a f32 1x2 = ReduceMean(x, spatial) keepdims=0
b f32 1x2x3x1 = ReduceMean(x, last)
output a
output b)") == same(R"(input x f32 1x2x3x4
a.pooled f32 1x2x1x1 = GlobalAveragePool(x)
b f32 1x2x3x1 = ReduceMean(x) axes=[3] keepdims=1
a f32 1x2 = Reshape(a.pooled)
output a
output b)"));
}

TEST_CASE("activations take one form") {
  CHECK(after(normalize_activation, R"(input x f32 1x2
const six f32 scalar = 6
const zero f32 scalar = 0
a f32 1x2 = Relu(x)
b f32 1x2 = Clip(a, zero, six)
c f32 1x2 = LeakyRelu(b) alpha=0.25
d f32 1x2 = Sigmoid(c)
e f32 1x2 = Mul(c, d)
f f32 1x2 = HardSigmoid(e) alpha=0.16666667 beta=0.5
g f32 1x2 = Mul(f, e)
h f32 1x2 = Clip(g, zero)
output h)") == same(R"(input x f32 1x2
a f32 1x2 = Activation(x) act=relu
b f32 1x2 = Activation(a) act=clip act_beta=6.0
c f32 1x2 = Activation(b) act=leaky_relu act_alpha=0.25
e f32 1x2 = Activation(c) act=swish
g f32 1x2 = Activation(e) act=hard_swish
h f32 1x2 = Activation(g) act=relu
output h)"));
}

TEST_CASE("matrix products with constants become Gemm with transposed weights") {
  CHECK(after(normalize_matrix, R"(input x f32 2x3
const w f32 3x2 = 1 2 3 4 5 6
const b f32 2 = 1 2
const v f32 2x3 = 1 2 3 4 5 6
y f32 2x2 = Gemm(x, w, b) alpha=2.0 beta=0.5 transB=0
z f32 2x3 = MatMul(y, v)
output z)") == same(R"(input x f32 2x3
const y.w f32 2x3 = 2 6 10 4 8 12
const y.b f32 2 = 0.5 1
const v.t f32 3x2 = 1 4 2 5 3 6
y f32 2x2 = Gemm(x, y.w, y.b)
z f32 2x3 = Gemm(y, v.t)
output z)"));
}

TEST_CASE("a Gemm with computed weights is taken apart") {
  CHECK(after(normalize_matrix, R"(input x f32 3x2
input w f32 2x3
const b f32 2 = 1 2
y f32 2x2 = Gemm(x, w, b) transA=1 transB=1
output y)") == same(R"(input x f32 3x2
input w f32 2x3
const b f32 2 = 1 2
y.t f32 2x3 = Transpose(x) perm=1x0
y.t.1 f32 3x2 = Transpose(w) perm=1x0
y.product f32 2x2 = MatMul(y.t, y.t.1)
y f32 2x2 = Add(y.product, b)
output y)"));
}

TEST_CASE("what changes nothing goes away, and an output keeps its name") {
  CHECK(after(remove_identity, R"(input x f32 1x2
a f32 1x2 = Identity(x)
b f32 1x2 = Activation(a) act=relu
c f32 1x2 = Dropout(b)
d f32 1x2 = Identity(x)
e f32 1x2 = Concat(c) axis=1
output e
output d)") == same(R"(input x f32 1x2
e f32 1x2 = Activation(x) act=relu
d f32 1x2 = Reshape(x)
output e
output d)"));
}

TEST_CASE("transposes of transposes and of dimensions of one disappear") {
  CHECK(after(cancel_transposes, R"(input x f32 1x2x3x4
a f32 1x3x4x2 = Transpose(x) perm=0x2x3x1
b f32 1x4x2x3 = Transpose(a) perm=0x2x3x1
c f32 4x1x2x3 = Transpose(b) perm=1x0x2x3
output c)") == same(R"(input x f32 1x2x3x4
b f32 1x4x2x3 = Transpose(x) perm=0x3x1x2
c f32 4x1x2x3 = Reshape(b)
output c)"));
}

TEST_CASE("zero padding goes into Conv, and into AveragePool by counting it") {
  CHECK(after(fold_pad, R"(input x f32 1x1x4x4
const w f32 1x1x3x3
p f32 1x1x6x5 = Pad(x) mode=constant pads=0x0x1x0x0x0x1x1 value=0.0
a f32 1x1x6x5 = Conv(p, w) dilations=1x1 group=1 pads=1x1x1x1 strides=1x1
b f32 1x1x5x4 = AveragePool(p) count_include_pad=0 dilations=1x1 kernel_shape=2x2 pads=0x0x0x0 strides=1x1
output a
output b)") == same(R"(input x f32 1x1x4x4
const w f32 1x1x3x3
a f32 1x1x6x5 = Conv(x, w) dilations=1x1 group=1 pads=2x1x2x2 strides=1x1
b f32 1x1x5x4 = AveragePool(x) count_include_pad=1 dilations=1x1 kernel_shape=2x2 pads=1x0x1x1 strides=1x1
output a
output b)"));
}

TEST_CASE("padding that an average or a maximum would see differently stays") {
  const std::string text = same(R"(input x f32 1x1x4x4
p f32 1x1x6x6 = Pad(x) mode=constant pads=0x0x1x1x0x0x1x1 value=0.0
q f32 1x1x6x6 = Pad(x) mode=constant pads=0x0x1x1x0x0x1x1 value=1.0
a f32 1x1x6x6 = AveragePool(p) count_include_pad=0 dilations=1x1 kernel_shape=3x3 pads=1x1x1x1 strides=1x1
b f32 1x1x6x6 = MaxPool(p) dilations=1x1 kernel_shape=3x3 pads=1x1x1x1 strides=1x1
c f32 1x1x4x4 = AveragePool(q) count_include_pad=1 dilations=1x1 kernel_shape=3x3 pads=0x0x0x0 strides=1x1
output a
output b
output c)");
  CHECK(after(fold_pad, text) == text);
}

TEST_CASE("a BatchNormalization goes into the convolution before it") {
  CHECK(after(fold_batch_norm, R"(input x f32 1x1x2
const w f32 2x1x1 = 1 2
const b f32 2 = 1 1
const scale f32 2 = 1 2
const shift f32 2 = 0 1
const mean f32 2 = 1 3
const var f32 2 = 4 1
c f32 1x2x2 = Conv(x, w, b)
y f32 1x2x2 = BatchNormalization(c, scale, shift, mean, var) epsilon=0.0
output y)") == same(R"(input x f32 1x1x2
const y.w f32 2x1x1 = 0.5 4
const y.b f32 2 = 0 -3
y f32 1x2x2 = Conv(x, y.w, y.b)
output y)"));
}

TEST_CASE("a BatchNormalization by itself becomes a depthwise convolution") {
  CHECK(after(lower_batch_norm, R"(input x f32 1x2x3
const scale f32 2 = 1 2
const shift f32 2 = 0 1
const mean f32 2 = 1 3
const var f32 2 = 4 1
y f32 1x2x3 = BatchNormalization(x, scale, shift, mean, var) epsilon=0.0
output y)") == same(R"(input x f32 1x2x3
const y.w f32 2x1x1 = 0.5 2
const y.b f32 2 = -0.5 -5
y f32 1x2x3 = Conv(x, y.w, y.b) dilations=[1] group=2 pads=0x0 strides=[1]
output y)"));
}

TEST_CASE("constants per channel go into a convolution and per column into a Gemm") {
  CHECK(after(fold_scale, R"(input x f32 1x1x2
input r f32 1x2
const w f32 2x1x1 = 1 2
const k f32 2x1 = 3 4
const m f32 1x2 = 5 6
const v f32 2x2 = 1 2 3 4
const one f32 scalar = 1
a f32 1x2x2 = Conv(x, w)
b f32 1x2x2 = Mul(a, k)
y f32 1x2x2 = Sub(one, b) act=relu
g f32 1x2 = Gemm(r, v)
z f32 1x2 = Add(g, m)
output y
output z)") == same(R"(input x f32 1x1x2
input r f32 1x2
const v f32 2x2 = 1 2 3 4
const y.w f32 2x1x1 = -3 -8
const y.b f32 2 = 1 1
const z.b f32 2 = 5 6
y f32 1x2x2 = Conv(x, y.w, y.b) act=relu
z f32 1x2 = Gemm(r, v, z.b)
output y
output z)"));
}

TEST_CASE("the sum of a residual block goes into its later convolution") {
  CHECK(after(fuse_add, R"(input x f32 1x2x3
const w f32 2x2x1
const v f32 2x2x1
a f32 1x2x3 = Conv(x, w)
b f32 1x2x3 = Conv(a, v)
y f32 1x2x3 = Add(b, x) act=relu
output y)") == same(R"(input x f32 1x2x3
const w f32 2x2x1
const v f32 2x2x1
a f32 1x2x3 = Conv(x, w)
y f32 1x2x3 = Conv(a, v, -, x) act=relu
output y)"));
}

TEST_CASE("a convolution that others read, that is an output or that broadcasts absorbs no sum") {
  const std::string text = same(R"(input x f32 1x2x3
input s f32 1x2x1
const w f32 2x2x1
const v f32 2x2x1
a f32 1x2x3 = Conv(x, w)
b f32 1x2x3 = Add(a, x)
c f32 1x2x3 = Conv(a, v)
d f32 1x2x3 = Add(c, s)
output b
output d)");
  CHECK(after(fuse_add, text) == text);
}

TEST_CASE("activations go into what computes their input, unless others read that too") {
  CHECK(after(fuse_activation, R"(input x f32 1x2x3
const w f32 2x2x1
a f32 1x2x3 = Conv(x, w)
b f32 1x2x3 = Activation(a) act=clip act_beta=6.0
c f32 1x2x3 = Mul(b, x)
d f32 1x2x3 = Activation(c) act=relu
e f32 1x2x3 = Sub(d, x)
f f32 1x2x3 = Activation(e) act=tanh
output e
output f)") == same(R"(input x f32 1x2x3
const w f32 2x2x1
b f32 1x2x3 = Conv(x, w) act=clip act_beta=6.0
d f32 1x2x3 = Mul(b, x) act=relu
e f32 1x2x3 = Sub(d, x)
f f32 1x2x3 = Activation(e) act=tanh
output e
output f)"));
}

TEST_CASE("pointwise convolutions of one input become one and Slices") {
  CHECK(after(merge_siblings, R"(input x f32 1x2x3
const w f32 1x2x1 = 1 2
const v f32 2x2x1 = 3 4 5 6
const b f32 2 = 7 8
const u f32 1x2x1 = 1 1
a f32 1x1x3 = Conv(x, w) "a" act=relu group=1 pads=0x0 strides=[1]
c f32 1x2x3 = Conv(x, v, b) "c" act=relu group=1 pads=0x0 strides=[1]
d f32 1x1x3 = Conv(x, u) "d" group=1 pads=0x0 strides=[1]
output a
output c
output d)") == same(R"(input x f32 1x2x3
const u f32 1x2x1 = 1 1
const a.merged.w f32 3x2x1 = 1 2 3 4 5 6
const a.merged.b f32 3 = 0 7 8
d f32 1x1x3 = Conv(x, u) "d" group=1 pads=0x0 strides=[1]
a.merged f32 1x3x3 = Conv(x, a.merged.w, a.merged.b) "a+c" act=relu group=1 pads=0x0 strides=[1]
a f32 1x1x3 = Slice(a.merged) "a" axes=[1] starts=[0] steps=[1]
c f32 1x2x3 = Slice(a.merged) "c" axes=[1] starts=[1] steps=[1]
output a
output c
output d)"));
}

TEST_CASE("nodes nobody reads are removed") {
  CHECK(after(remove_dead, R"(input x f32 1x2
const k f32 1x2 = 1 2
a f32 1x2 = Add(x, k)
b f32 1x2 = Activation(x) act=relu
output b)") == same(R"(input x f32 1x2
b f32 1x2 = Activation(x) act=relu
output b)"));
}

}  // namespace rt3d::graph

TEST_SUITE_END();
