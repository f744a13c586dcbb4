"""Well-known networks, each built in the framework it is at home in.

They are what recordings of shapes, parameters and multiply-accumulates are measured on: every builder follows the
paper, tutorial or reference implementation its docstring names and leaves all arithmetic to the framework. Nothing
here knows the package under test. Weights stay as the framework initialises them, since no count depends on them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import pairwise
from typing import Any


@dataclass(frozen=True)
class Network:
    """A built model and the input it is measured with, in notation: channels@sizes, or the length of a vector."""

    framework: str
    input: str
    model: Any


NETWORKS: dict[str, Callable[[], Network]] = {}


def network(framework: str, input_notation: str) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Register a function from the framework's layers to a model, under the function's name."""

    def register(build: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def builder() -> Network:
            layers = import_module("torch.nn" if framework == "torch" else "keras.layers")
            return Network(framework, input_notation, build(layers))

        NETWORKS[build.__name__] = builder
        return build

    return register


# Keras.


def keras_sequential(input_shape: Sequence[int], *layers: Any) -> Any:
    """A Sequential of the layers; the shape is channels-last, without the batch."""
    keras = import_module("keras")
    return keras.Sequential([keras.Input(tuple(input_shape)), *layers])


@network("keras", "100")
def dcgan(layers: Any) -> Any:
    """Generator of TensorFlow's tutorial "Deep Convolutional Generative Adversarial Network"."""

    def upsample(channels: int, strides: int, **options: Any) -> Any:
        return layers.Conv2DTranspose(channels, 5, strides=strides, padding="same", use_bias=False, **options)

    return keras_sequential(
        [100],
        layers.Dense(7 * 7 * 256, use_bias=False),
        layers.BatchNormalization(),
        layers.LeakyReLU(),
        layers.Reshape((7, 7, 256)),
        upsample(128, 1),
        layers.BatchNormalization(),
        layers.LeakyReLU(),
        upsample(64, 2),
        layers.BatchNormalization(),
        layers.LeakyReLU(),
        upsample(1, 2, activation="tanh"),
    )


@network("keras", "1@28x28")
def dcgan_discriminator(layers: Any) -> Any:
    """Discriminator of TensorFlow's tutorial "Deep Convolutional Generative Adversarial Network"."""
    return keras_sequential(
        [28, 28, 1],
        layers.Conv2D(64, 5, strides=2, padding="same"),
        layers.LeakyReLU(),
        layers.Dropout(0.3),
        layers.Conv2D(128, 5, strides=2, padding="same"),
        layers.LeakyReLU(),
        layers.Dropout(0.3),
        layers.Flatten(),
        layers.Dense(1),
    )


@network("keras", "1@28x28")
def autoencoder(layers: Any) -> Any:
    """Convolutional autoencoder of the Keras blog's "Building Autoencoders in Keras"."""

    def convolution(channels: int, padding: str = "same", activation: str = "relu") -> Any:
        return layers.Conv2D(channels, 3, padding=padding, activation=activation)

    def halve() -> Any:
        return layers.MaxPooling2D(2, padding="same")

    return keras_sequential(
        [28, 28, 1],
        convolution(16),
        halve(),
        convolution(8),
        halve(),
        convolution(8),
        halve(),
        convolution(8),
        layers.UpSampling2D(2),
        convolution(8),
        layers.UpSampling2D(2),
        convolution(16, padding="valid"),
        layers.UpSampling2D(2),
        convolution(1, activation="sigmoid"),
    )


# What several PyTorch networks share.


def wired(nn: Any, forward: Callable[[Any], Any], *parts: Any) -> Any:
    """A module that owns the parts and computes whatever forward does with them."""
    module = nn.ModuleList(parts)
    module.forward = forward
    return module


def concatenate(*tensors: Any) -> Any:
    """The tensors joined along their channels."""
    return import_module("torch").cat(tensors, dim=1)


def centre_crop(tensor: Any, like: Any) -> Any:
    """The middle of a tensor, as high and wide as another."""
    height, width = like.shape[2:]
    top, left = (tensor.shape[2] - height) // 2, (tensor.shape[3] - width) // 2
    return tensor[:, :, top : top + height, left : left + width]


def convolution_norm(nn: Any, channels: tuple[int, int], kernel: int, stride: int = 1, groups: int = 1) -> list[Any]:
    """A convolution without bias that keeps the size but for its stride, and the batch norm after it."""
    source, target = channels
    convolution = nn.Conv2d(source, target, kernel, stride, padding=kernel // 2, groups=groups, bias=False)
    return [convolution, nn.BatchNorm2d(target)]


# The five stages of VGG's configuration D: channels in, channels out, convolutions.
VGG16_STAGES = ((3, 64, 2), (64, 128, 2), (128, 256, 3), (256, 512, 3), (512, 512, 3))


def vgg16_features(nn: Any, first_padding: int, *, ceil_mode: bool) -> list[Any]:
    """The convolutional part of VGG16, all five pools included."""
    features: list[Any] = []
    for source, target, count in VGG16_STAGES:
        for position in range(count):
            padding = 1 if features else first_padding
            features += [nn.Conv2d(target if position else source, target, 3, padding=padding), nn.ReLU()]
        features.append(nn.MaxPool2d(2, 2, ceil_mode=ceil_mode))
    return features


# Generators and discriminators in PyTorch.


@network("torch", "100@1x1")
def dcgan_torch(nn: Any) -> Any:
    """Generator of PyTorch's "DCGAN Tutorial" (noise of 100, 64 feature maps)."""
    layers = [nn.ConvTranspose2d(100, 512, 4, 1, 0, bias=False), nn.BatchNorm2d(512), nn.ReLU()]
    for source, target in pairwise((512, 256, 128, 64)):
        layers += [nn.ConvTranspose2d(source, target, 4, 2, 1, bias=False), nn.BatchNorm2d(target), nn.ReLU()]
    return nn.Sequential(*layers, nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False), nn.Tanh())


@network("torch", "3@64x64")
def dcgan_torch_discriminator(nn: Any) -> Any:
    """Discriminator of PyTorch's "DCGAN Tutorial" (64 feature maps)."""
    layers = [nn.Conv2d(3, 64, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)]
    for source, target in pairwise((64, 128, 256, 512)):
        layers += [nn.Conv2d(source, target, 4, 2, 1, bias=False), nn.BatchNorm2d(target), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, nn.Conv2d(512, 1, 4, 1, 0, bias=False), nn.Sigmoid())


def pix2pix_level(nn: Any, outer: int, inner: int, inside: Any = None, *, dropout: bool = False) -> Any:
    """One level below the outermost: halve, what is inside, double; the input is passed along beside the result."""
    down = [nn.LeakyReLU(0.2), nn.Conv2d(outer, inner, 4, 2, 1, bias=False)]
    if inside is not None:
        down += [nn.BatchNorm2d(inner), inside]
    up = [
        nn.ReLU(),
        nn.ConvTranspose2d(inner if inside is None else 2 * inner, outer, 4, 2, 1, bias=False),
        nn.BatchNorm2d(outer),
    ]
    if dropout:
        up.append(nn.Dropout(0.5))
    body = nn.Sequential(*down, *up)
    return wired(nn, lambda value: concatenate(value, body(value)), body)


@network("torch", "3@256x256")
def pix2pix(nn: Any) -> Any:
    """Generator unet_256 of pytorch-CycleGAN-and-pix2pix, as pix2pix uses it (Isola et al. 2017).

    Batch norm follows neither the outermost convolutions nor the innermost one; only the last layer has a bias.
    """
    level = pix2pix_level(nn, 512, 512)
    for _ in range(3):
        level = pix2pix_level(nn, 512, 512, level, dropout=True)
    for outer, inner in ((256, 512), (128, 256), (64, 128)):
        level = pix2pix_level(nn, outer, inner, level)
    return nn.Sequential(
        nn.Conv2d(3, 64, 4, 2, 1, bias=False), level, nn.ReLU(), nn.ConvTranspose2d(128, 3, 4, 2, 1), nn.Tanh()
    )


# Classifiers in PyTorch.


@network("torch", "1@32x32")
def lenet5(nn: Any) -> Any:
    """LeNet-5 (LeCun et al. 1998) as usually taught: plain average pools, full connections, a dense output."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.Tanh(),
        nn.AvgPool2d(2),
        nn.Conv2d(16, 120, 5),
        nn.Tanh(),
        nn.Flatten(),
        nn.Linear(120, 84),
        nn.Tanh(),
        nn.Linear(84, 10),
    )


@network("torch", "3@224x224")
def alexnet(nn: Any) -> Any:
    """torchvision.models.alexnet: the one-tower variant (Krizhevsky 2014)."""
    return nn.Sequential(
        nn.Conv2d(3, 64, 11, 4, 2),
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(64, 192, 5, padding=2),
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
        nn.Conv2d(192, 384, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(256, 256, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(3, 2),
        nn.AdaptiveAvgPool2d(6),
        nn.Flatten(),
        nn.Dropout(),
        nn.Linear(256 * 6 * 6, 4096),
        nn.ReLU(),
        nn.Dropout(),
        nn.Linear(4096, 4096),
        nn.ReLU(),
        nn.Linear(4096, 1000),
    )


@network("torch", "3@224x224")
def vgg16(nn: Any) -> Any:
    """torchvision.models.vgg16, without batch norm: configuration D of Simonyan and Zisserman (2015)."""
    return nn.Sequential(
        *vgg16_features(nn, 1, ceil_mode=False),
        nn.AdaptiveAvgPool2d(7),
        nn.Flatten(),
        nn.Linear(512 * 7 * 7, 4096),
        nn.ReLU(),
        nn.Dropout(),
        nn.Linear(4096, 4096),
        nn.ReLU(),
        nn.Dropout(),
        nn.Linear(4096, 1000),
    )


def residual_block(nn: Any, source: int, target: int, stride: int, body: Sequence[Any]) -> Any:
    """The body and, beside it, the input itself or its projection to the body's shape; their sum through a ReLU."""
    main = nn.Sequential(*body)
    shortcut = nn.Identity()
    if stride != 1 or source != target:
        shortcut = nn.Sequential(*convolution_norm(nn, (source, target), 1, stride))
    rectify = nn.ReLU()
    return wired(nn, lambda value: rectify(main(value) + shortcut(value)), main, shortcut, rectify)


def basic_block(nn: Any, source: int, width: int, stride: int) -> Any:
    """Two 3x3 convolutions with a shortcut."""
    body = [
        *convolution_norm(nn, (source, width), 3, stride),
        nn.ReLU(),
        *convolution_norm(nn, (width, width), 3),
    ]
    return residual_block(nn, source, width, stride, body)


def bottleneck_block(nn: Any, source: int, width: int, stride: int) -> Any:
    """1x1, 3x3 (which takes the stride) and 1x1 to four times the width, with a shortcut."""
    body = [
        *convolution_norm(nn, (source, width), 1),
        nn.ReLU(),
        *convolution_norm(nn, (width, width), 3, stride),
        nn.ReLU(),
        *convolution_norm(nn, (width, 4 * width), 1),
    ]
    return residual_block(nn, source, 4 * width, stride, body)


def resnet(nn: Any, block: Callable[[Any, int, int, int], Any], expansion: int, counts: Sequence[int]) -> Any:
    """A residual network for 224x224 images out of four stages of blocks."""
    layers = [*convolution_norm(nn, (3, 64), 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    source = 64
    for width, count in zip((64, 128, 256, 512), counts, strict=True):
        for position in range(count):
            layers.append(block(nn, source, width, 2 if position == 0 and width != 64 else 1))
            source = width * expansion
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(source, 1000))


@network("torch", "3@224x224")
def resnet18(nn: Any) -> Any:
    """torchvision.models.resnet18 (He et al. 2016)."""
    return resnet(nn, basic_block, 1, (2, 2, 2, 2))


@network("torch", "3@224x224")
def resnet50(nn: Any) -> Any:
    """torchvision.models.resnet50 (He et al. 2016), "v1.5": the 3x3 convolution takes the stride."""
    return resnet(nn, bottleneck_block, 4, (3, 4, 6, 3))


def inverted_residual(nn: Any, source: int, target: int, stride: int, expansion: int) -> Any:
    """Expand, filter each channel, project; added to the input where the shapes allow it."""
    hidden = source * expansion
    layers: list[Any] = []
    if expansion != 1:
        layers += [*convolution_norm(nn, (source, hidden), 1), nn.ReLU6()]
    layers += [
        *convolution_norm(nn, (hidden, hidden), 3, stride, groups=hidden),
        nn.ReLU6(),
        *convolution_norm(nn, (hidden, target), 1),
    ]
    body = nn.Sequential(*layers)
    if stride != 1 or source != target:
        return body
    return wired(nn, lambda value: value + body(value), body)


@network("torch", "3@224x224")
def mobilenet_v2(nn: Any) -> Any:
    """torchvision.models.mobilenet_v2 (Sandler et al. 2018, table 2)."""
    layers = [*convolution_norm(nn, (3, 32), 3, 2), nn.ReLU6()]
    source = 32
    for expansion, target, count, stride in (
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    ):
        for position in range(count):
            layers.append(inverted_residual(nn, source, target, 1 if position else stride, expansion))
            source = target
    layers += [*convolution_norm(nn, (source, 1280), 1), nn.ReLU6()]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2), nn.Linear(1280, 1000))


def dense_layer(nn: Any, source: int, growth: int) -> Any:
    """A bottleneck of four times the growth and a 3x3 convolution whose channels join those of the input."""
    body = nn.Sequential(
        nn.BatchNorm2d(source),
        nn.ReLU(),
        *convolution_norm(nn, (source, 4 * growth), 1),
        nn.ReLU(),
        nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False),
    )
    return wired(nn, lambda value: concatenate(value, body(value)), body)


@network("torch", "3@224x224")
def densenet121(nn: Any) -> Any:
    """torchvision.models.densenet121 (Huang et al. 2017): growth 32, transitions that halve the channels."""
    growth, channels = 32, 64
    layers = [*convolution_norm(nn, (3, channels), 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    for number, count in enumerate((6, 12, 24, 16)):
        if number:
            half = channels // 2
            layers += [nn.BatchNorm2d(channels), nn.ReLU(), nn.Conv2d(channels, half, 1, bias=False), nn.AvgPool2d(2)]
            channels = half
        for _ in range(count):
            layers.append(dense_layer(nn, channels, growth))
            channels += growth
    layers += [nn.BatchNorm2d(channels), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(channels, 1000))


@network("torch", "3@16x112x112")
def c3d(nn: Any) -> Any:
    """C3D for Sports-1M (Tran et al. 2015)."""
    layers: list[Any] = []
    for source, target, pool in (
        (3, 64, nn.MaxPool3d((1, 2, 2))),
        (64, 128, nn.MaxPool3d(2)),
        (128, 256, None),
        (256, 256, nn.MaxPool3d(2)),
        (256, 512, None),
        (512, 512, nn.MaxPool3d(2)),
        (512, 512, None),
        (512, 512, nn.MaxPool3d(2, padding=(0, 1, 1))),
    ):
        layers += [nn.Conv3d(source, target, 3, padding=1), nn.ReLU()]
        if pool is not None:
            layers.append(pool)
    layers.append(nn.Flatten())
    for source in (512 * 1 * 4 * 4, 4096):
        layers += [nn.Linear(source, 4096), nn.ReLU(), nn.Dropout()]
    return nn.Sequential(*layers, nn.Linear(4096, 487))


# Segmentation in PyTorch.


def unet_pair(nn: Any, source: int, target: int) -> Any:
    """Two unpadded 3x3 convolutions, each with a ReLU."""
    return nn.Sequential(nn.Conv2d(source, target, 3), nn.ReLU(), nn.Conv2d(target, target, 3), nn.ReLU())


def unet_level(nn: Any, source: int, channels: int, inside: Any) -> Any:
    """A pair, what is inside (which doubles the channels) between pool and up-convolution, and a pair on both."""
    contract = unet_pair(nn, source, channels)
    pool = nn.MaxPool2d(2)
    up = nn.ConvTranspose2d(2 * channels, channels, 2, 2)
    expand = unet_pair(nn, 2 * channels, channels)

    def forward(value: Any) -> Any:
        skip = contract(value)
        upsampled = up(inside(pool(skip)))
        return expand(concatenate(centre_crop(skip, upsampled), upsampled))

    return wired(nn, forward, contract, pool, inside, up, expand)


@network("torch", "1@572x572")
def unet(nn: Any) -> Any:
    """U-Net (Ronneberger et al. 2015, figure 1)."""
    level = unet_pair(nn, 512, 1024)
    for source, channels in ((256, 512), (128, 256), (64, 128), (1, 64)):
        level = unet_level(nn, source, channels, level)
    return nn.Sequential(level, nn.Conv2d(64, 2, 1))


@network("torch", "3@500x500")
def fcn32s(nn: Any) -> Any:
    """FCN-32s on VGG16 for the 21 classes of PASCAL VOC (Long et al. 2015, the authors' voc-fcn32s)."""
    score = nn.Sequential(
        *vgg16_features(nn, 100, ceil_mode=True),
        nn.Conv2d(512, 4096, 7),
        nn.ReLU(),
        nn.Dropout(),
        nn.Conv2d(4096, 4096, 1),
        nn.ReLU(),
        nn.Dropout(),
        nn.Conv2d(4096, 21, 1),
    )
    upscore = nn.ConvTranspose2d(21, 21, 64, 32, bias=False)

    def forward(value: Any) -> Any:
        height, width = value.shape[2:]
        return upscore(score(value))[:, :, 19 : 19 + height, 19 : 19 + width]

    return wired(nn, forward, score, upscore)


# Sound in PyTorch.


def causal_convolution(nn: Any, source: int, target: int, dilation: int) -> Any:
    """A convolution over two samples, this one and an earlier one; zeros stand before the first."""
    return nn.Sequential(nn.ConstantPad1d((dilation, 0), 0.0), nn.Conv1d(source, target, 2, dilation=dilation))


def wavenet_layer(nn: Any, residual: int, skip: int, dilation: int) -> Any:
    """A gated dilated convolution; gives the sum with its input, and its contribution to the skips."""
    filtering = causal_convolution(nn, residual, residual, dilation)
    gating = causal_convolution(nn, residual, residual, dilation)
    to_residual = nn.Conv1d(residual, residual, 1)
    to_skip = nn.Conv1d(residual, skip, 1)

    def forward(value: Any) -> tuple[Any, Any]:
        gated = filtering(value).tanh() * gating(value).sigmoid()
        return value + to_residual(gated), to_skip(gated)

    return wired(nn, forward, filtering, gating, to_residual, to_skip)


@network("torch", "256@16000")
def wavenet(nn: Any) -> Any:
    """WaveNet (van den Oord et al. 2016, figure 4) on one second of one-hot samples: 2 stacks of dilations 1..512."""
    first = causal_convolution(nn, 256, 32, 1)
    layers = [wavenet_layer(nn, 32, 256, 2**power) for _ in range(2) for power in range(10)]
    head = nn.Sequential(nn.ReLU(), nn.Conv1d(256, 256, 1), nn.ReLU(), nn.Conv1d(256, 256, 1))

    def forward(value: Any) -> Any:
        value = first(value)
        skips = []
        for layer in layers:
            value, skip = layer(value)
            skips.append(skip)
        return head(sum(skips))

    return wired(nn, forward, first, *layers, head)


@network("torch", "1@16000")
def wav2vec2(nn: Any) -> Any:
    """Feature encoder of wav2vec 2.0 base (Baevski et al. 2020), as in fairseq: a norm after the first layer only."""
    layers = [nn.Conv1d(1, 512, 10, 5, bias=False), nn.GroupNorm(512, 512), nn.GELU()]
    for kernel in (3, 3, 3, 3, 2, 2):
        layers += [nn.Conv1d(512, 512, kernel, 2, bias=False), nn.GELU()]
    return nn.Sequential(*layers)
