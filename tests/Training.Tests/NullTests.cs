using System.Reflection;
using DeepSharp.Data;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Persistence;
using DeepSharp.Training;
using Module = DeepSharp.Layers.Module;

namespace DeepSharp.Tests;

/// <summary>Constructors and functions of the upper projects say which argument is null, and what users' own parts must not give.</summary>
public class NullTests
{
    [Fact]
    public void A_null_argument_is_named_by_every_constructor_and_function()
    {
        NullabilityInfoContext nullability = new();
        List<string> wrong = [];
        int calls = 0;
        Type[] types = [.. new[] { typeof(Module), typeof(Optimizer), typeof(Dataset), typeof(Npy), typeof(History), typeof(Tensor) }.Select(static t => t.Assembly).Distinct()
            .SelectMany(static assembly => assembly.GetExportedTypes()).Where(static type => !type.IsNested && !type.IsGenericTypeDefinition && !type.IsEnum && !type.IsByRefLike)];
        foreach (MethodBase method in types.SelectMany(static type => (MethodBase[])[
            .. type.IsAbstract || IsResult(type) ? [] : type.GetConstructors(),
            .. type.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Where(static m => !m.IsGenericMethod)]))
        {
            ParameterInfo[] parameters = method.GetParameters();
            bool isRecordsOwn = method.Name is "op_Equality" or "op_Inequality" or "Equals";
            if (isRecordsOwn || parameters.Any(static p => p.ParameterType.IsByRefLike || p.ParameterType.IsPointer))
            {
                continue;
            }

            for (int i = 0; i < parameters.Length; i++)
            {
                if (parameters[i].ParameterType.IsValueType || parameters[i].IsOut || nullability.Create(parameters[i]).WriteState == NullabilityState.Nullable)
                {
                    continue;
                }

                object?[] arguments = [.. parameters.Select(static p => p.HasDefaultValue && p.ParameterType.IsValueType ? p.DefaultValue is null ? Activator.CreateInstance(p.ParameterType) : p.ParameterType.IsEnum ? Enum.ToObject(p.ParameterType, p.DefaultValue) : p.DefaultValue : Sample(p.ParameterType))];
                arguments[i] = null;
                calls++;
                Exception? error = Record.Exception(() => method is ConstructorInfo made
                    ? made.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, null)
                    : method.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null));
                if (error is not ArgumentNullException { ParamName.Length: > 0 })
                {
                    wrong.Add($"{method.DeclaringType!.Name}.{method.Name}({string.Join(", ", parameters.Select(static p => p.Name))}), {parameters[i].Name} null: {error?.GetType().Name} {error?.Message}");
                }
            }
        }

        Assert.True(calls > 50, $"{calls} calls");
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void What_users_parts_give_is_checked_where_they_are_called()
    {
        using TensorScope scope = Tensor.Scope();
        Dataset data = new(Tensor.Ones([4, 2], DType.Float32, Device.Cpu), Tensor.Zeros([4], DType.Int64, Device.Cpu));
        Dense dense = new(2, 2, device: Device.Cpu);
        SGD sgd = new(dense.Parameters());
        Assert.Equal("parameters", Assert.Throws<ArgumentNullException>(() => new Adam([null!])).ParamName);
        Assert.Equal("parameters", Assert.Throws<ArgumentNullException>(() => sgd.AddGroup([null!])).ParamName);
        Assert.Equal("options", Assert.Throws<ArgumentNullException>(() => sgd.AddGroup([new Parameter(Tensor.Ones([1], device: Device.Cpu))], _ => null!)).ParamName);
        Assert.Equal("callbacks", Assert.Throws<ArgumentNullException>(() => dense.Fit(data, sgd, callbacks: [null!])).ParamName);
        Assert.Equal("metrics", Assert.Throws<ArgumentNullException>(() => dense.Fit(data, sgd, metrics: [null!])).ParamName);
        Assert.Equal("metrics", Assert.Throws<ArgumentNullException>(() => dense.Evaluate(data, metrics: [null!])).ParamName);
        Says(() => LearningRateFinder.Run(dense, data, _ => null!), "LearningRateFinder", "optimizer", "null");
        Says(() => LearningRateFinder.Run(dense, data, p => new SGD(p), new Nothing()), "Nothing", "loss", "null");
        Says(() => dense.Fit(data, sgd, new Nothing()), "Nothing", "loss", "null");
        Says(() => dense.Evaluate(data, new Nothing()), "Nothing", "loss", "null");
        Says(() => new Silent().Predict(data), "Silent", "Forward", "null");
        Says(() => new Silent().Predict(data.Features), "Silent", "Forward", "null");
        Says(() => new Silent().Evaluate(data), "Silent", "Forward", "null");
        Says(() => sgd.Step(() => null!), "SGD", "loss", "null");
        Says(() => new LBFGS(new Dense(2, 2, device: Device.Cpu).Parameters()).Step(() => null!), "LBFGS", "loss", "null");
        Says(() => new NewtonCG(new Dense(2, 2, device: Device.Cpu).Parameters()).Step(() => null!), "NewtonCG", "loss", "null");

        static void Says(Action call, params string[] parts)
        {
            string message = Assert.Throws<InvalidOperationException>(call).Message;
            Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
        }
    }

    private sealed class Nothing : Loss
    {
        public override Tensor Compute(Tensor prediction, Tensor target) => null!;
    }

    private sealed class Silent : Module
    {
        public override Tensor Forward(Tensor input) => null!;
    }

    // Records that the library makes and gives out.
    private static bool IsResult(Type type) => type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic) is not null;

    private static object? Sample(Type type) =>
        type == typeof(Tensor) ? Tensor.Ones([2, 2], DType.Float32, Device.Cpu)
        : type == typeof(Parameter) ? new Parameter(Tensor.Ones([2, 2], DType.Float32, Device.Cpu))
        : type == typeof(IEnumerable<Parameter>) ? new[] { new Parameter(Tensor.Ones([2, 2], DType.Float32, Device.Cpu)) }
        : type == typeof(Module) ? new Dense(2, 2, device: Device.Cpu)
        : type == typeof(IEnumerable<Module>) ? new Module[] { new Dense(2, 2, device: Device.Cpu) }
        : type == typeof(Optimizer) ? new SGD(new Dense(2, 2, device: Device.Cpu).Parameters())
        : type == typeof(Dataset) ? new Dataset(Tensor.Ones([2, 2], DType.Float32, Device.Cpu), Tensor.Ones([2], DType.Int64, Device.Cpu))
        : type == typeof(string) ? Path.Combine(Path.GetTempPath(), "deepsharp-no-such-file")
        : type == typeof(double) ? 0.5
        : type == typeof(int) ? 1
        : type == typeof(Shape) ? new Shape(2, 2)
        : type.IsValueType ? Activator.CreateInstance(type)
        : type.IsSubclassOf(typeof(OptimizerOptions)) ? Activator.CreateInstance(type)
        : null;
}
