using System.Reflection;
using System.Text.RegularExpressions;
using DeepSharp.Data;
using DeepSharp.Kernels;
using DeepSharp.Layers;
using DeepSharp.Optim;
using DeepSharp.Persistence;
using DeepSharp.Training;
using Module = DeepSharp.Layers.Module;

namespace DeepSharp.Tests;

/// <summary>What public names keep to.</summary>
public partial class NameTests
{
    // Written as the literature writes them; all other words follow .NET: capital first, the rest small.
    private static readonly HashSet<string> s_literature =
    [
        "SGD", "ASGD", "LBFGS", "LARS", "LAMB", "CG", "AMS", "RMS", "ELU", "BF", "CL", "SELU", "CELU", "GELU", "LU", "NLL", "CTC", "KL", "LSTM", "GRU", "RNN", "GLU", "MSE", "KV", "AUROC",
    ];

    private static readonly Type[] s_public =
    [
        .. ((string[])["Kernels", "Tensor", "Autograd", "Layers", "Optim", "Data", "Persistence", "Training"])
            .SelectMany(static project => Assembly.Load($"DeepSharp.{project}").GetExportedTypes()),
    ];

    [Fact]
    public void No_two_types_of_the_namespaces_a_script_opens_share_a_name() => Assert.Empty(
        s_public.Where(static type => !type.IsNested).GroupBy(static type => type.Name).Where(static same => same.Count() > 1)
            .Select(static same => string.Join(" and ", same.Select(static type => type.FullName))));

    [Fact]
    public void A_script_opens_them_all_and_says_layer_and_operator_by_their_own_names()
    {
        // Compiles, which is the test: this file opens every namespace.
        Module[] layers = [new Tanh(), new Sigmoid(), new Softplus(), new Softmax(), new ReLU(), new GELU()];
        IUnaryOp[] operators = [default(TanhOp), default(SigmoidOp), default(SoftplusOp), default(ReLUOp), default(GELUOp)];
        Assert.All(layers, static layer => Assert.Equal("DeepSharp.Layers", layer.GetType().Namespace));
        Assert.All(operators, static op => Assert.Equal("DeepSharp.Kernels", op.GetType().Namespace));
        Assert.Equal("binary_accuracy", new BinaryAccuracy().Name);
        Assert.Equal("SGD", new SGD([new Parameter(Tensor.Ones(1, device: Device.Cpu))]).GetType().Name);
        Assert.Equal(4, new Dataset(Tensor.Ones([4, 1], device: Device.Cpu), Tensor.Ones(4, device: Device.Cpu)).Count);
        Assert.NotNull(typeof(SafeTensors));
    }

    [Fact]
    public void Operators_end_in_Op_and_losses_in_Loss()
    {
        Assert.Empty(s_public.Where(static type => type.IsValueType && type.GetInterfaces().Any(static i => i.Name is "IUnaryOp" or "IBinaryOp" or "ITernaryOp")
            && !type.IsGenericType && !type.Name.EndsWith("Op", StringComparison.Ordinal)).Select(static type => type.Name));
        Assert.Empty(s_public.Where(static type => typeof(Loss).IsAssignableFrom(type) && !type.Name.EndsWith("Loss", StringComparison.Ordinal))
            .Select(static type => type.Name));
    }

    [Fact]
    public void Capitals_follow_one_rule()
    {
        IEnumerable<string> names = s_public.SelectMany(static type => type
            .GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Where(IsSeen)
            .Select(static member => member.Name)
            .Append(type.Name.Split('`')[0]))
            .Where(static name => !name.Contains('<', StringComparison.Ordinal) && !name.Contains('.', StringComparison.Ordinal));
        Assert.Empty(names.Where(static name => Capitals().Matches(name).Any(static run => !Allowed(run.Value, run.Groups["last"].Success))).Distinct());

        static bool IsSeen(MemberInfo member) => member switch
        {
            MethodBase { IsSpecialName: true } => false,
            MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
            FieldInfo field => (field.IsPublic || field.IsFamily) && !field.IsSpecialName,
            PropertyInfo property => property.GetAccessors(true).Any(static get => get.IsPublic || get.IsFamily),
            _ => false,
        };

        // A run of capitals ends in the first letter of the next word, unless a digit or the name's end follows. A letter by itself before
        // a word is a prefix: IModule, TOptions, DType.
        static bool Allowed(string run, bool last) => run.Length == 1
            || s_literature.Contains(run) || (!last && (run.Length == 2 || s_literature.Contains(run[..^1])))
            || s_literature.Any(word => run.EndsWith(word, StringComparison.Ordinal) && run.Length == word.Length + 1);
    }

    [Fact]
    public void Parameters_begin_small_and_have_one_capital_at_a_time() => Assert.Empty(
        s_public.SelectMany(static type => type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .OfType<MethodBase>().Where(static method => !method.Name.Contains('<', StringComparison.Ordinal))
            .SelectMany(static method => method.GetParameters()
                .Where(parameter => parameter.Name is { } name && (!char.IsLower(name[0]) || name.Contains('_', StringComparison.Ordinal))
                    && !(method.DeclaringType!.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute))
                        || IsRecord(method.DeclaringType!)))
                .Select(parameter => $"{method.DeclaringType!.Name}.{method.Name}({parameter.Name})")).Distinct());

    private static bool IsRecord(Type type) => type.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance) is not null;

    [GeneratedRegex(@"[A-Z]+(?<last>$|(?=\d))?")]
    private static partial Regex Capitals();
}
