using Onnx;
using Kind = Onnx.AttributeProto.Types.AttributeType;

namespace DeepSharp.Exchange;

/// <summary>ONNX's operators by ours. What each computes is in ONNX's operator specification.</summary>
internal static partial class OnnxOperators
{
    private delegate Tensor Single(OnnxStep step);

    /// <summary>The operators that are known, by name.</summary>
    internal static IReadOnlyDictionary<string, Func<OnnxStep, Tensor[]>> Known { get; } = All();

    /// <summary>The value of a constant.</summary>
    internal static Tensor Constant(OnnxNode node, string file, Device? device)
    {
        if (node.Attribute("value")?.T is { } tensor)
        {
            return OnnxTensor.Read(tensor, file, OnnxTensor.TypeOf(tensor.DataType) is DType.Float32 or DType.Float64 ? device : Device.Cpu);
        }

        foreach (string name in (string[])["value_int", "value_ints", "value_float", "value_floats"])
        {
            if (node.Attribute(name) is { } found)
            {
                return found.Type switch
                {
                    Kind.Int => Tensor.From([found.I], Shape.Scalar, Device.Cpu),
                    Kind.Ints => Tensor.From((long[])[.. found.Ints], Device.Cpu),
                    Kind.Float => Tensor.From([found.F], Shape.Scalar, device),
                    _ => Tensor.From((float[])[.. found.Floats], device),
                };
            }
        }

        throw node.Fault("its value is none that a tensor has.");
    }

    private static Dictionary<string, Func<OnnxStep, Tensor[]>> All()
    {
        Dictionary<string, Func<OnnxStep, Tensor[]>> all = new()
        {
            ["Constant"] = static step => throw step.Node.Fault("it is read with the weights."),
            ["LSTM"] = OnnxRecurrence.Run,
            ["GRU"] = OnnxRecurrence.Run,
            ["RNN"] = OnnxRecurrence.Run,
            ["Split"] = Split,
            ["Dropout"] = static step => [Dropout(step), Tensor.Ones(step[0].Shape, DType.Bool, step[0].Device)],
            ["TopK"] = static step =>
            {
                (Tensor values, Tensor places) = step[0].TopK(step.Ints(1)[0], step.Node.Int("axis", -1), step.Node.Int("largest", 1) != 0);
                return [values, places];
            },
        };
        foreach ((string name, Single single) in Elementwise().Concat(Arranging()).Concat(Reducing()).Concat(Network()))
        {
            all.Add(name, step => [single(step)]);
        }

        return all;
    }

    private static IEnumerable<(string Name, Single Run)> Elementwise() =>
    [
        ("Identity", static s => s[0]), ("Relu", static s => s[0].ReLU()), ("Sigmoid", static s => s[0].Sigmoid()), ("Tanh", static s => s[0].Tanh()),
        ("LeakyRelu", static s => s[0].LeakyReLU(s.Node.Float("alpha", 0.01))), ("Elu", static s => s[0].ELU(s.Node.Float("alpha", 1))),
        ("Celu", static s => s[0].CELU(s.Node.Float("alpha", 1))), ("Selu", Selu), ("Softplus", static s => s[0].Softplus()),
        ("Softsign", static s => s[0].Softsign()), ("Mish", static s => s[0].Mish()),
        ("Gelu", static s => s.Node.Text("approximate", "none") == "tanh" ? s[0].GELUTanh() : s[0].GELU()),
        ("HardSigmoid", static s => s[0].Affine(s.Node.Float("alpha", 0.2), s.Node.Float("beta", 0.5)).Clamp(0, 1)),
        ("HardSwish", static s => s[0].Hardswish()),
        ("ThresholdedRelu", static s => s[0].Threshold(s.Node.Float("alpha", 1), 0)),
        ("Shrink", static s => s.Node.Float("bias", 0) == 0 ? s[0].Hardshrink(s.Node.Float("lambd", 0.5)) : Shrink(s[0], s.Node.Float("lambd", 0.5), s.Node.Float("bias", 0))),
        ("PRelu", static s => Tensor.Where(s[0] < 0, s[0] * s[1], s[0])),
        ("Exp", static s => s[0].Exp()), ("Log", static s => s[0].Log()), ("Sqrt", static s => s[0].Sqrt()), ("Reciprocal", static s => s[0].Reciprocal()),
        ("Neg", static s => -s[0]), ("Abs", static s => s[0].Abs()), ("Sign", static s => s[0].Sign()), ("Floor", static s => s[0].Floor()),
        ("Ceil", static s => s[0].Ceil()), ("Round", static s => s[0].Round()), ("Erf", static s => s[0].Erf()), ("Sin", static s => s[0].Sin()),
        ("Cos", static s => s[0].Cos()), ("Tan", static s => s[0].Tan()), ("Asin", static s => s[0].Asin()), ("Acos", static s => s[0].Acos()),
        ("Atan", static s => s[0].Atan()), ("Sinh", static s => s[0].Sinh()), ("Cosh", static s => s[0].Cosh()), ("Not", static s => !s[0]),
        ("IsNaN", static s => s[0].IsNaN()), ("IsInf", static s => s[0].IsInfinity()),
        ("Clip", static s => s[0].Clamp(s.Number(1, "min", double.NegativeInfinity), s.Number(2, "max", double.PositiveInfinity))),
        ("Cast", static s => Cast(s[0], s.Node.Int("to", 0), s.Node)), ("CastLike", static s => s[0].To(s[1].DType)),
        ("Add", static s => Two(s, static (a, b) => a + b)), ("Sub", static s => Two(s, static (a, b) => a - b)), ("Mul", static s => Two(s, static (a, b) => a * b)),
        ("Div", static s => Two(s, Divide)), ("Pow", Power),
        ("Mod", static s => Two(s, (a, b) => s.Node.Int("fmod", 0) != 0 ? a.Fmod(b) : a.Remainder(b))),
        ("And", static s => Two(s, static (a, b) => a & b)), ("Or", static s => Two(s, static (a, b) => a | b)), ("Xor", static s => Two(s, static (a, b) => a ^ b)),
        ("Equal", static s => Two(s, static (a, b) => a.Equal(b))), ("Greater", static s => Two(s, static (a, b) => a > b)),
        ("GreaterOrEqual", static s => Two(s, static (a, b) => a >= b)), ("Less", static s => Two(s, static (a, b) => a < b)),
        ("LessOrEqual", static s => Two(s, static (a, b) => a <= b)),
        ("Min", static s => Many(s, Tensor.Minimum)), ("Max", static s => Many(s, Tensor.Maximum)), ("Sum", static s => Many(s, static (a, b) => a + b)),
        ("Mean", static s => Many(s, static (a, b) => a + b) / s.Count),
        ("Where", Where),
        ("Softmax", static s => Rows(s, static (x, axis) => x.Softmax(axis))), ("LogSoftmax", static s => Rows(s, static (x, axis) => x.LogSoftmax(axis))),
    ];

    private static Tensor Dropout(OnnxStep step)
    {
        double ratio = step.Number(1, "ratio", 0.5);
        return step.IsTraining && ratio > 0 ? step[0].Dropout(ratio) : step[0];
    }

    private static Tensor Selu(OnnxStep step)
    {
        const double Alpha = 1.6732632423543772848170429916717;
        const double Gamma = 1.0507009873554804934193349852946;
        (double alpha, double gamma) = (step.Node.Float("alpha", Alpha), step.Node.Float("gamma", Gamma));
        return Math.Abs(alpha - Alpha) < 1e-6 && Math.Abs(gamma - Gamma) < 1e-6 ? step[0].SELU() : step[0].ELU(alpha) * gamma;
    }

    private static Tensor Shrink(Tensor x, double lambda, double bias) =>
        Tensor.Where(x < -lambda, x + bias, Tensor.Where(x > lambda, x - bias, x * 0));

    private static Tensor Cast(Tensor x, int element, OnnxNode node) => OnnxTensor.TypeOf(element) is not { } type
        ? throw node.Fault($"it casts to ONNX's type {(TensorProto.Types.DataType)element}, which no tensor has here.")
        : type == DType.Bool && x.DType != DType.Bool ? x.NotEqual(0) : x.To(type);

    private static Tensor Two(OnnxStep step, Func<Tensor, Tensor, Tensor> combine)
    {
        (Tensor a, Tensor b) = step.Pair();
        return combine(a, b);
    }

    private static Tensor Many(OnnxStep step, Func<Tensor, Tensor, Tensor> combine)
    {
        Tensor result = step[0];
        for (int i = 1; i < step.Count; i++)
        {
            (Tensor a, Tensor b) = OnnxStep.Alike(result, step[i]);
            result = combine(a, b);
        }

        return result;
    }

    // Whole numbers lose their fraction.
    private static Tensor Divide(Tensor a, Tensor b) => a.DType is DType.Int32 or DType.Int64 or DType.UInt8
        ? (a.To(DType.Float64) / b.To(DType.Float64)).Trunc().To(a.DType)
        : a / b;

    private static Tensor Power(OnnxStep step) => step[1].Count == 1
        ? Whole(step[0]) ? step[0].To(DType.Float64).Pow(step[1].Item()).To(step[0].DType) : step[0].Pow(step[1].Item())
        : step[0].Pow(step[1].To(step[0].DType));

    private static bool Whole(Tensor x) => x.DType is DType.Int32 or DType.Int64 or DType.UInt8 or DType.Bool;

    private static Tensor Where(OnnxStep step)
    {
        (Tensor yes, Tensor no) = OnnxStep.Alike(step[1], step[2]);
        (Tensor mask, yes) = OnnxStep.Alike(step[0], yes);
        (mask, no) = OnnxStep.Alike(mask, no);
        return Tensor.Where(mask, yes, no);
    }

    // Before operator set 13 an axis is where the rows begin, which go on to the end.
    private static Tensor Rows(OnnxStep step, Func<Tensor, int, Tensor> function)
    {
        Tensor x = step[0];
        int axis = step.Node.Int("axis", step.OperatorSet < 13 ? 1 : -1);
        axis = axis < 0 ? axis + x.Rank : axis;
        return step.OperatorSet >= 13 || axis == x.Rank - 1 ? function(x, axis) : function(x.Flatten(axis), axis).Reshape(x.Shape);
    }
}
