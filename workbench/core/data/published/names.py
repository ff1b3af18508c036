"""The names of the classes of published sets, in the order of their numbers."""

from __future__ import annotations


def _names(text: str) -> tuple[str, ...]:
    """Names of several words, between semicolons."""
    return tuple(" ".join(name.split()) for name in text.split(";"))


DIGITS = tuple("0123456789")
CIFAR10 = tuple("airplane automobile bird cat deer dog frog horse ship truck".split())
FASHION = _names("T-shirt/top; Trouser; Pullover; Dress; Coat; Sandal; Shirt; Sneaker; Bag; Ankle boot")
KUZUSHIJI = tuple("o ki su tsu na ha ma ya re wo".split())
STL10 = tuple("airplane bird car cat deer dog horse monkey ship truck".split())
LAND_USE = tuple(
    """
    AnnualCrop Forest HerbaceousVegetation Highway Industrial Pasture PermanentCrop Residential River SeaLake
    """.split()
)
CIFAR100 = tuple(
    """
    apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can
    castle caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin
    elephant flatfish forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster
    man maple_tree motorcycle mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck
    pine_tree plain plate poppy porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk
    skyscraper snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television tiger
    tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm
    """.split()
)
FOOD = tuple(
    """
    apple_pie baby_back_ribs baklava beef_carpaccio beef_tartare beet_salad beignets bibimbap bread_pudding
    breakfast_burrito bruschetta caesar_salad cannoli caprese_salad carrot_cake ceviche cheese_plate cheesecake
    chicken_curry chicken_quesadilla chicken_wings chocolate_cake chocolate_mousse churros clam_chowder
    club_sandwich crab_cakes creme_brulee croque_madame cup_cakes deviled_eggs donuts dumplings edamame
    eggs_benedict escargots falafel filet_mignon fish_and_chips foie_gras french_fries french_onion_soup
    french_toast fried_calamari fried_rice frozen_yogurt garlic_bread gnocchi greek_salad grilled_cheese_sandwich
    grilled_salmon guacamole gyoza hamburger hot_and_sour_soup hot_dog huevos_rancheros hummus ice_cream lasagna
    lobster_bisque lobster_roll_sandwich macaroni_and_cheese macarons miso_soup mussels nachos omelette onion_rings
    oysters pad_thai paella pancakes panna_cotta peking_duck pho pizza pork_chop poutine prime_rib
    pulled_pork_sandwich ramen ravioli red_velvet_cake risotto samosa sashimi scallops seaweed_salad
    shrimp_and_grits spaghetti_bolognese spaghetti_carbonara spring_rolls steak strawberry_shortcake sushi tacos
    takoyaki tiramisu tuna_tartare waffles
    """.split()
)
PETS = _names(
    """
    Abyssinian; American Bulldog; American Pit Bull Terrier; Basset Hound; Beagle; Bengal; Birman; Bombay; Boxer;
    British Shorthair; Chihuahua; Egyptian Mau; English Cocker Spaniel; English Setter; German Shorthaired; Great
    Pyrenees; Havanese; Japanese Chin; Keeshond; Leonberger; Maine Coon; Miniature Pinscher; Newfoundland; Persian;
    Pomeranian; Pug; Ragdoll; Russian Blue; Saint Bernard; Samoyed; Scottish Terrier; Shiba Inu; Siamese; Sphynx;
    Staffordshire Bull Terrier; Wheaten Terrier; Yorkshire Terrier
    """
)
FLOWERS = _names(
    """
    pink primrose; hard-leaved pocket orchid; canterbury bells; sweet pea; english marigold; tiger lily; moon
    orchid; bird of paradise; monkshood; globe thistle; snapdragon; colt's foot; king protea; spear thistle; yellow
    iris; globe-flower; purple coneflower; peruvian lily; balloon flower; giant white arum lily; fire lily;
    pincushion flower; fritillary; red ginger; grape hyacinth; corn poppy; prince of wales feathers; stemless
    gentian; artichoke; sweet william; carnation; garden phlox; love in the mist; mexican aster; alpine sea holly;
    ruby-lipped cattleya; cape flower; great masterwort; siam tulip; lenten rose; barbeton daisy; daffodil; sword
    lily; poinsettia; bolero deep blue; wallflower; marigold; buttercup; oxeye daisy; common dandelion; petunia;
    wild pansy; primula; sunflower; pelargonium; bishop of llandaff; gaura; geranium; orange dahlia; pink-yellow
    dahlia?; cautleya spicata; japanese anemone; black-eyed susan; silverbush; californian poppy; osteospermum;
    spring crocus; bearded iris; windflower; tree poppy; gazania; azalea; water lily; rose; thorn apple; morning
    glory; passion flower; lotus; toad lily; anthurium; frangipani; clematis; hibiscus; columbine; desert-rose; tree
    mallow; magnolia; cyclamen; watercress; canna lily; hippeastrum; bee balm; ball moss; foxglove; bougainvillea;
    camellia; mallow; mexican petunia; bromelia; blanket flower; trumpet creeper; blackberry lily
    """
)
